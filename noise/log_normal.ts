/**
 * EDM's distribution of σ in training, ln σ ~ N(P_mean, P_std²) (Alg. 1).
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { NoiseDistribution } from "./noise_distribution.ts";

/** Options of {@linkcode logNormal}. */
export interface LogNormalOptions {
  /** Mean of ln σ. Default −1.4, the paper's setting for Sen2_MTC_New. */
  readonly pMean?: number;
  /** Standard deviation of ln σ, > 0. Default 1.4, the paper's setting for Sen2_MTC_New. */
  readonly pStd?: number;
}

const DEFAULTS = { pMean: -1.4, pStd: 1.4 } as const;

/**
 * Normal ln σ, not clamped. With the defaults, σ_max = 100, where sampling starts, is 4.3 standard
 * deviations above the mean.
 *
 * @example
 * ```ts
 * import { createRng } from "../core/mod.ts";
 * import { logNormal } from "./log_normal.ts";
 * import { assert } from "@std/assert";
 *
 * assert(logNormal({ pMean: -1.2, pStd: 1.2 }).sample(createRng(7)) > 0);
 * ```
 */
export function logNormal(
  { pMean = DEFAULTS.pMean, pStd = DEFAULTS.pStd }: LogNormalOptions = {},
): NoiseDistribution {
  return { sample: (rng) => Math.exp(pMean + pStd * rng.normal()) };
}

/** Catalog entry of {@linkcode logNormal}. */
export const logNormalEntry: Entry<LogNormalOptions, NoiseDistribution> = {
  summary: "ln σ ~ N(pMean, pStd²): EDM's and the paper's distribution",
  create: logNormal,
  checks: { pMean: number(), pStd: number({ above: 0 }) },
  defaults: DEFAULTS,
};
