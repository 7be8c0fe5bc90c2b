/**
 * The noise axis: the distribution of σ in training, Alg. 1.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";

/** The part of a process that σ may be drawn by; a `Schedule` is one. */
export interface NoiseProcess {
  /** Noise level σ(t). */
  sigma(t: number): number;
  /** Time at which the process ends. Default: it has no end. */
  readonly end?: number;
}

/** Distribution of σ in training. */
export interface NoiseDistribution {
  /**
   * Draws σ > 0 from the first number of a stream, which the caller forks by step and sample.
   *
   * @param schedule The process that is trained, for distributions over its time.
   */
  sample(rng: Rng, schedule?: NoiseProcess): number;
}
