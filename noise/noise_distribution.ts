/**
 * The noise axis: the distribution of σ in training, Alg. 1.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";

/** Distribution of σ in training. */
export interface NoiseDistribution {
  /** Draws σ > 0 from the first number of a stream, which the caller forks by step and sample. */
  sample(rng: Rng): number;
}
