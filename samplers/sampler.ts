/**
 * The sampler axis: integrators of the backward process, Alg. 2, Eqs. 8–11 and 19.
 *
 * A sampler integrates y = x̃ − k·μ, where μ cancels, in σ: dy/dσ = (y − D)/σ (`drift.ts`), and
 * churn adds √(σ̂² − σ²)·S_noise·ε (`churn.ts`). It never sees μ. At σ = 0, where k = 0, y is the
 * image. Samplers are steps for `integrate` (`integrate.ts`).
 *
 * @module
 */

import type { Images, Sequence } from "../engine/mod.ts";
import type { NoiseLevel, Schedule } from "../schedules/mod.ts";

/** The state after one step. */
export interface SamplingStep {
  /** Index of the step, from 0. */
  readonly index: number;
  /** Number of steps. */
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

/** Initial value problem of the backward process. */
export interface SamplingProblem {
  /** The process: σ(t) and s(t), with their derivatives. */
  readonly schedule: Schedule;
  /** Decreasing σ_i; the last is 0. */
  readonly sigmas: readonly number[];
  /**
   * D(y + k·μ; σ) [B, H, W, C] at one level per batch item; weights, μ and condition are bound. The
   * sampler owns the result.
   */
  denoise(y: Sequence, levels: readonly NoiseLevel[]): Promise<Images>;
  /** σ_0·n [B, L, H, W, C], without μ; owned by the caller of `sample`. */
  readonly start: Sequence;
  /** Unit normal noise like `start` for draw number `draw`, from 0; the sampler owns it. */
  noise(draw: number): Sequence;
  /** Called after each step and awaited before the next. */
  onStep?(step: SamplingStep): void | Promise<void>;
}

/** An integrator of the backward process. */
export interface Sampler {
  /**
   * Checks the levels of a run before any work, from σ_0 to σ = 0. Default: any levels will do.
   *
   * @throws {RangeError} If the sampler cannot use them, with the reason.
   */
  check?(levels: readonly NoiseLevel[]): void;
  /** Returns the state at σ = 0 [B, L, H, W, C]; the caller owns it. */
  sample(problem: SamplingProblem): Promise<Sequence>;
}
