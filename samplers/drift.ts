/**
 * The drift of the backward process, the one home of Eqs. 8, 9 and 11.
 *
 * The backward SDE and ODE (Eqs. 8 and 9) need the score, which the denoiser D provides (Eq. 10,
 * `schedules/score.ts`). The ODE then reads dx̃/dt = −ṡ/s²·μ − (σ̇/σ)(D + k·μ − x̃) (Eq. 11). In
 * y = x̃ − k·μ, with k̇ = −ṡ/s², the terms in μ cancel: dy/dt = (σ̇/σ)(y − D).
 *
 * @module
 */

import { type Images, type Sequence, tf } from "../engine/mod.ts";
import type { NoiseLevel, Schedule } from "../schedules/mod.ts";

/** A point of the trajectory y(t). */
export interface SamplingPoint {
  /** Noise level of the point, σ > 0. */
  readonly level: NoiseLevel;
  /** y at `level` [B, L, H, W, C]. */
  readonly y: Sequence;
  /** D(y + k·μ; σ) [B, H, W, C]; all frames share it. */
  readonly denoised: Images;
}

/** σ̇/σ at a level, σ > 0: the rate at which y leaves D as t grows. */
export function driftRate(schedule: Schedule, { t, sigma }: NoiseLevel): number {
  return schedule.sigmaDot(t) / sigma;
}

/** dy/dt = (σ̇/σ)(y − D) [B, L, H, W, C] (Eq. 11); the caller owns it. */
export function drift(schedule: Schedule, { level, y, denoised }: SamplingPoint): Sequence {
  const rate = tf.scalar(driftRate(schedule, level));
  return tf.mul(tf.sub(y, tf.expandDims(denoised, 1)), rate) as Sequence;
}
