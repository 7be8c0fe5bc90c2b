/**
 * The preconditioning axis: how the network's input and output are scaled, Eqs. 13–17.
 *
 * @module
 */

import type { NoiseLevel } from "../schedules/mod.ts";

/** D = mean_l(cSkip·x̃ˡ) + cOut·F([cIn·x̃, c], cNoise) (Eq. 13). */
export interface Coefficients {
  /** Scale of the noised images at the network's input. */
  readonly cIn: number;
  /** Weight of the noised images in the denoiser's output. */
  readonly cSkip: number;
  /** Weight of the network's output. */
  readonly cOut: number;
  /** The noise level as the network sees it. */
  readonly cNoise: number;
}

/** Scales of the denoiser at a noise level. */
export interface Preconditioner {
  /**
   * @param level σ > 0 and k.
   * @param length Frames L ≥ 1 that share one D; 1 is the mono-temporal case.
   */
  coefficients(level: NoiseLevel, length: number): Coefficients;
}
