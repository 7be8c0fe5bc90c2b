/**
 * Score of the process from a denoiser, Eq. 10.
 *
 * @module
 */

import type { NoiseLevel } from "./schedule.ts";

/** Values of one band in one pixel. */
export interface ScoreInput {
  /** The rescaled state x̃ = x/s. */
  readonly state: number;
  /** The denoiser's D(x̃; σ, μ), the mean of x0 given x̃. */
  readonly denoised: number;
  /** The value of the mean image. */
  readonly mu: number;
}

/**
 * ∇ log p(x̃; σ, μ) = (D + k·μ − x̃)/σ² (Eq. 10), with respect to the rescaled state x̃ = x/s.
 *
 * The score with respect to x is this value divided by s. With respect to y = x̃ − k·μ it is
 * (D − y)/σ², the same value; the drift of the backward ODE is −σ̇σ times it (`samplers/drift.ts`).
 *
 * @param level σ > 0 and k.
 *
 * @example
 * ```ts
 * import { score } from "./score.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const level = { t: 2, sigma: 2, s: 0.25, k: 3 };
 * assertEquals(score(level, { state: 4, denoised: 0, mu: 0 }), -1);
 * ```
 */
export function score(
  { sigma, k }: NoiseLevel,
  { state, denoised, mu }: ScoreInput,
): number {
  return (denoised + k * mu - state) / sigma ** 2;
}
