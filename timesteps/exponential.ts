/**
 * Time steps that are evenly spaced in ln σ.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import { falling, RANGE, type SigmaRange } from "./falling.ts";
import type { Timesteps } from "./timesteps.ts";

/** Options of {@linkcode exponential}. */
export type ExponentialOptions = SigmaRange;

const DEFAULTS = RANGE;

/**
 * σ_i = σ_max·(σ_min/σ_max)^(i/(N − 1)), then 0.
 *
 * @throws {RangeError} If not 0 < σ_min < σ_max.
 *
 * @example
 * ```ts
 * import { exponential } from "./exponential.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exponential({ sigmaMin: 1, sigmaMax: 4 }).sigmas(3), [4, 2, 1, 0]);
 * ```
 */
export function exponential(
  { sigmaMin = DEFAULTS.sigmaMin, sigmaMax = DEFAULTS.sigmaMax }: ExponentialOptions = {},
): Timesteps {
  return falling({ sigmaMin, sigmaMax }, (r) => sigmaMax * (sigmaMin / sigmaMax) ** r);
}

/** Catalog entry of {@linkcode exponential}. */
export const exponentialEntry: Entry<ExponentialOptions, Timesteps> = {
  summary: "ln σ linear: every octave gets the same number of steps",
  create: exponential,
  checks: { sigmaMin: number({ above: 0 }), sigmaMax: number({ above: 0 }) },
  defaults: DEFAULTS,
};
