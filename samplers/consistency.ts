/**
 * Multistep consistency sampling (Song et al. 2023, Alg. 1): D is the sample, and new noise takes it
 * to the next level. With one step it is the denoiser itself.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import { type LinearSampler, linearSampler } from "./linear.ts";

/** Options of {@linkcode consistency}. */
export interface ConsistencyOptions {
  /**
   * Noise level that D still has, ≥ 0: the ε of consistency models, whose function ends at σ = ε.
   * Default 0.
   */
  readonly sigmaMin?: number;
}

const DEFAULTS = { sigmaMin: 0 } as const;

/** y' = D + √(σ'² − σ_min²)·ε, and D at the end. Stochastic with more than one step. */
export function consistency(
  { sigmaMin = DEFAULTS.sigmaMin }: ConsistencyOptions = {},
): LinearSampler {
  return linearSampler({
    predict: ({ next: { sigma } }) => ({
      states: [],
      denoised: [1],
      noise: Math.sqrt(Math.max(0, sigma ** 2 - sigmaMin ** 2)),
    }),
  });
}

/** Catalog entry of {@linkcode consistency}. */
export const consistencyEntry: Entry<ConsistencyOptions, LinearSampler> = {
  summary: "D with new noise at every level; one step is the denoiser itself",
  create: consistency,
  checks: { sigmaMin: number({ min: 0 }) },
  defaults: DEFAULTS,
};
