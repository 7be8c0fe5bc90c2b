/**
 * The preconditioning axis: how the network's input and output are scaled, Eqs. 13–17.
 *
 * @module
 */

import type { NoiseLevel } from "../schedules/mod.ts";

/** Coefficients of D = mean_l(cSkip·x̃ˡ) + cOut·F({[cIn·x̃ˡ, cˡ]}, cNoise) (Eq. 13). */
export interface Coefficients {
  /** Scale of the noised images at the network's input. */
  readonly cIn: number;
  /** Weight of the noised images in the denoiser's output. */
  readonly cSkip: number;
  /** Weight of the network's output. */
  readonly cOut: number;
  /** Noise level as the network receives it. */
  readonly cNoise: number;
}

/** Preconditioning of the denoiser. */
export interface Preconditioner {
  /**
   * Returns the coefficients at a noise level.
   *
   * @param level σ > 0 and k.
   * @param length Number of frames L ≥ 1 that share one D; 1 is the mono-temporal case.
   */
  coefficients(level: NoiseLevel, length: number): Coefficients;
}
