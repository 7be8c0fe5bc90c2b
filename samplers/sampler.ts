/**
 * The sampler axis: integrators of the backward ODE/SDE, Alg. 2, Eqs. 8–11 and 19.
 *
 * A sampler integrates y = x̃ − k(t)·μ. As k̇ = −ṡ/s², μ cancels: Eq. 11 becomes
 * dy/dt = (σ̇/σ)(y − D) and Eq. 19 becomes y ← y + √(σ̂² − σ²)·S_noise·ε. So a sampler never sees μ,
 * and at t = 0, where k = 0, y is the image.
 *
 * @module
 */

import type { Images, Sequence } from "../engine/mod.ts";
import type { NoiseLevel, Schedule } from "../schedules/mod.ts";

/** The state after one step. */
export interface SamplingStep {
  /** Number of the step, from 0. */
  readonly index: number;
  /** How many steps there are. */
  readonly steps: number;
  /** The level at which D was computed (σ̂ with churn). */
  readonly level: NoiseLevel;
  /** The level that the step reached. */
  readonly next: NoiseLevel;
  /** D at `level` [B, H, W, C]; owned by the sampler, valid during the call. */
  readonly denoised: Images;
  /** y at `next` [B, L, H, W, C]; owned by the sampler, valid during the call. */
  readonly y: Sequence;
}

/** What a sampler is given. */
export interface SamplingProblem {
  readonly schedule: Schedule;
  /** Falling σ_i; the last is 0. */
  readonly sigmas: readonly number[];
  /**
   * D(y + k·μ; σ) [B, H, W, C], one level per batch item; weights, μ and condition are bound. The
   * caller owns the result.
   */
  denoise(y: Sequence, levels: readonly NoiseLevel[]): Promise<Images>;
  /** σ_0·n [B, L, H, W, C], without μ; stays the caller's. */
  readonly start: Sequence;
  /** Unit normal noise like `start` for draw number `draw`; the sampler owns it. */
  noise(draw: number): Sequence;
  /** Called after each step. */
  onStep?(step: SamplingStep): void | Promise<void>;
}

/** An integrator. */
export interface Sampler {
  /** The state at σ = 0 [B, L, H, W, C]; the caller owns it. */
  sample(problem: SamplingProblem): Promise<Sequence>;
}
