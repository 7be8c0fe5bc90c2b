/**
 * Unweighted loss.
 *
 * @module
 */

import type { Entry } from "../core/mod.ts";
import type { LossWeighting } from "./loss_weighting.ts";

/** Options of {@linkcode uniform}: there are none. */
export type UniformOptions = Record<never, never>;

/**
 * λ = 1: the plain squared error of the denoiser, which large σ dominates.
 *
 * @example
 * ```ts
 * import { uniform } from "./uniform.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const level = { t: 1, sigma: 1, s: 1, k: 0 };
 * assertEquals(uniform().weight(level, { cIn: 1, cSkip: 0, cOut: 0.5, cNoise: 0 }), 1);
 * ```
 */
export function uniform(): LossWeighting {
  return { weight: () => 1 };
}

/** Catalog entry of {@linkcode uniform}. */
export const uniformEntry: Entry<UniformOptions, LossWeighting> = {
  summary: "λ = 1: the plain squared error",
  create: uniform,
  checks: {},
  defaults: {},
};
