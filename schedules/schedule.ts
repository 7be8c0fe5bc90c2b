/**
 * The schedule axis: how signal and noise scale with time, Eqs. 3–7.
 *
 * @module
 */

import { checkEnd } from "./end.ts";

/**
 * The mean-reverting process x(t) = s(t)·x0 + (1 − s(t))·μ + s(t)·σ(t)·n, n ~ N(0, I) (Eq. 6).
 *
 * s starts at s(0) = 1, never rises and stays in (0, 1]; σ starts at σ(0) = 0 and rises.
 */
export interface Schedule {
  /** Noise level σ(t) of the rescaled state x/s. */
  sigma(t: number): number;
  /** dσ/dt. */
  sigmaDot(t: number): number;
  /** The time t with σ(t) = sigma. */
  sigmaInverse(sigma: number): number;
  /** Signal scale s(t). */
  s(t: number): number;
  /** ds/dt. */
  sDot(t: number): number;
  /**
   * Time at which the process ends, where s may be 0 and σ infinite. Default: it has no end.
   */
  readonly end?: number;
}

/** State of the process at one time, as the other axes receive it. */
export interface NoiseLevel {
  /** Time. */
  readonly t: number;
  /** σ(t). */
  readonly sigma: number;
  /** s(t), in (0, 1]. */
  readonly s: number;
  /** k = (1 − s)/s, the weight of μ in the rescaled state x̃ = x0 + k·μ + σ·n. */
  readonly k: number;
}

/**
 * The noise level at a time.
 *
 * @throws {RangeError} If the process ends before t, s(t) is not in (0, 1] or σ(t) is not a finite
 *   number ≥ 0.
 */
export function noiseLevel(schedule: Schedule, t: number): NoiseLevel {
  return level(schedule, t, schedule.sigma(t));
}

/**
 * The noise level at a σ; its `sigma` is exactly the given value.
 *
 * @throws {RangeError} If the process ends below σ, s is not in (0, 1] there or σ is not a finite
 *   number ≥ 0.
 */
export function noiseLevelAtSigma(schedule: Schedule, sigma: number): NoiseLevel {
  return level(schedule, schedule.sigmaInverse(sigma), sigma);
}

function level(schedule: Schedule, t: number, sigma: number): NoiseLevel {
  checkEnd(schedule, { t, sigma });
  const s = schedule.s(t);
  if (!(s > 0 && s <= 1)) {
    throw new RangeError(`Cannot use the schedule: s(t) must be in (0, 1], got s(${t}) = ${s}`);
  }
  if (!(sigma >= 0 && sigma < Infinity)) {
    throw new RangeError(
      `Cannot use the schedule: σ(t) must be finite and ≥ 0, got σ(${t}) = ${sigma}`,
    );
  }
  return { t, sigma, s, k: (1 - s) / s };
}
