/**
 * Time steps that are evenly spaced in σ.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import { falling, RANGE, type SigmaRange } from "./falling.ts";
import type { Timesteps } from "./timesteps.ts";

/** Options of {@linkcode linear}. */
export type LinearOptions = SigmaRange;

const DEFAULTS = RANGE;

/**
 * σ_i = σ_max + i/(N − 1)·(σ_min − σ_max), then 0.
 *
 * @throws {RangeError} If not 0 < σ_min < σ_max.
 *
 * @example
 * ```ts
 * import { linear } from "./linear.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linear({ sigmaMin: 1, sigmaMax: 3 }).sigmas(3), [3, 2, 1, 0]);
 * ```
 */
export function linear(
  { sigmaMin = DEFAULTS.sigmaMin, sigmaMax = DEFAULTS.sigmaMax }: LinearOptions = {},
): Timesteps {
  return falling({ sigmaMin, sigmaMax }, (r) => sigmaMax + r * (sigmaMin - sigmaMax));
}

/** Catalog entry of {@linkcode linear}. */
export const linearEntry: Entry<LinearOptions, Timesteps> = {
  summary: "σ linear: most steps at high noise",
  create: linear,
  checks: { sigmaMin: number({ above: 0 }), sigmaMax: number({ above: 0 }) },
  defaults: DEFAULTS,
};
