/**
 * Log-uniform distribution of σ: every octave is trained equally often.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { NoiseDistribution } from "./noise_distribution.ts";

/** Options of {@linkcode logUniform}. */
export interface LogUniformOptions {
  /** Lower bound of σ, > 0. Default 0.001, where the paper's sampling ends. */
  readonly sigmaMin?: number;
  /** Upper bound of σ, > σ_min. Default 100, where the paper's sampling starts. */
  readonly sigmaMax?: number;
}

const DEFAULTS = { sigmaMin: 0.001, sigmaMax: 100 } as const;

/**
 * ln σ is uniform in [ln σ_min, ln σ_max).
 *
 * @throws {RangeError} If not 0 < σ_min < σ_max.
 *
 * @example
 * ```ts
 * import { createRng } from "../core/mod.ts";
 * import { logUniform } from "./log_uniform.ts";
 * import { assert } from "@std/assert";
 *
 * assert(logUniform({ sigmaMin: 0.01, sigmaMax: 10 }).sample(createRng(7)) < 10);
 * ```
 */
export function logUniform(
  { sigmaMin = DEFAULTS.sigmaMin, sigmaMax = DEFAULTS.sigmaMax }: LogUniformOptions = {},
): NoiseDistribution {
  if (!(sigmaMin > 0 && sigmaMax > sigmaMin)) {
    throw new RangeError(
      `Cannot draw σ: 0 < sigmaMin < sigmaMax must hold, got ${sigmaMin} and ${sigmaMax}`,
    );
  }
  return { sample: (rng) => sigmaMin * (sigmaMax / sigmaMin) ** rng.uniform() };
}

/** Catalog entry of {@linkcode logUniform}. */
export const logUniformEntry: Entry<LogUniformOptions, NoiseDistribution> = {
  summary: "ln σ uniform: every octave of σ is trained equally often",
  create: logUniform,
  checks: { sigmaMin: number({ above: 0 }), sigmaMax: number({ above: 0 }) },
  defaults: DEFAULTS,
};
