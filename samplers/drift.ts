/**
 * The drift of the backward process, the one home of Eqs. 8, 9 and 11.
 *
 * Reversed in time, the SDE of x (Eq. 3) is dx = (f·(μ − x) − g²∇log p)dt + g·dw̄ (Eq. 8), and the ODE
 * with the same marginals is dx/dt = f·(μ − x) − ½g²∇log p (Eq. 9). In x̃ = x/s, with the score from
 * the denoiser D (Eq. 10, `schedules/score.ts`), the ODE reads
 *
 *     dx̃/dt = −ṡ/s²·μ − (σ̇/σ)(D + k·μ − x̃)        (Eq. 11)
 *
 * In y = x̃ − k·μ, with k̇ = −ṡ/s², the terms in μ cancel: dy/dt = (σ̇/σ)(y − D). Divided by σ̇, with σ
 * as the variable, the schedule cancels too:
 *
 *     dy/dσ = (y − D)/σ
 *
 * Samplers integrate this form. The paper steps in t; with its σ(t) = t the steps are the same. For
 * every σ(t), an Euler step in σ to σ = 0 ends at y − σ·(y − D)/σ = D. The same step in t ends at
 * y − (σ̇·t/σ)(y − D), which overshoots wherever σ(t) is not proportional to t.
 *
 * @module
 */

import { type Images, type Sequence, tf } from "../engine/mod.ts";
import type { NoiseLevel } from "../schedules/mod.ts";

/** A point of the trajectory y(σ). */
export interface SamplingPoint {
  /** Noise level of the point, σ > 0. */
  readonly level: NoiseLevel;
  /** y at `level` [B, L, H, W, C]. */
  readonly y: Sequence;
  /** D(y + k·μ; σ) [B, H, W, C]; all frames share it. */
  readonly denoised: Images;
}

/** 1/σ at a level, σ > 0: the rate at which y leaves D as σ grows. */
export function driftRate({ sigma }: NoiseLevel): number {
  return 1 / sigma;
}

/** dy/dσ = (y − D)/σ [B, L, H, W, C] (Eq. 11 divided by σ̇); the caller owns it. */
export function drift({ level, y, denoised }: SamplingPoint): Sequence {
  return tf.mul(tf.sub(y, tf.expandDims(denoised, 1)), tf.scalar(driftRate(level))) as Sequence;
}
