/**
 * The paper's loss weight, λ(σ) = 1/c_out² (Eq. 18).
 *
 * @module
 */

import type { Entry } from "../core/mod.ts";
import type { LossWeighting } from "./loss_weighting.ts";

/** Options of {@linkcode inverseOutput}: there are none. */
export type InverseOutputOptions = Record<never, never>;

/**
 * λ = 1/c_out²: the squared error of the network F has the same weight at every σ.
 *
 * @example
 * ```ts
 * import { inverseOutput } from "./inverse_output.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const level = { t: 1, sigma: 1, s: 1, k: 0 };
 * const coefficients = { cIn: 1, cSkip: 0, cOut: 0.5, cNoise: 0 };
 * assertEquals(inverseOutput().weight(level, coefficients), 4);
 * ```
 */
export function inverseOutput(): LossWeighting {
  return { weight: (_level, { cOut }) => 1 / cOut ** 2 };
}

/** Catalog entry of {@linkcode inverseOutput}. */
export const inverseOutputEntry: Entry<InverseOutputOptions, LossWeighting> = {
  summary: "λ = 1/c_out² (Eq. 18): the network's error has the same weight at every σ",
  create: inverseOutput,
  checks: {},
  defaults: {},
};
