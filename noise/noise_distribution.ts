/**
 * The noise axis: which σ is trained how often, Alg. 1 l. 2.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";

/** The distribution of σ in training. */
export interface NoiseDistribution {
  /** One σ > 0, from the first number of the given stream (fork it by step and sample). */
  sample(rng: Rng): number;
}
