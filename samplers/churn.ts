/**
 * Churn: noise added before a step of Alg. 2 (Eq. 19).
 *
 * @module
 */

import { type Checks, number, numberOrInfinity } from "../core/mod.ts";

/** Amount of churn and the noise levels that get it. */
export interface ChurnOptions {
  /** S_churn ≥ 0: γ = S_churn/N, not capped at √2 − 1 (as the paper, unlike EDM). Default 0. */
  readonly sChurn?: number;
  /** S_tmin ≥ 0: least σ with churn, inclusive. Default 0. */
  readonly sTmin?: number;
  /** S_tmax ≥ 0: greatest σ with churn, inclusive. Default Infinity. */
  readonly sTmax?: number;
  /** S_noise ≥ 0: scale of the noise. Default 1. */
  readonly sNoise?: number;
}

/** No churn. */
export const CHURN_DEFAULTS = { sChurn: 0, sTmin: 0, sTmax: Infinity, sNoise: 1 } as const;

/** Checks of {@linkcode ChurnOptions}. */
export const CHURN_CHECKS: Checks<ChurnOptions> = {
  sChurn: number({ min: 0 }),
  sTmin: number({ min: 0 }),
  sTmax: numberOrInfinity({ min: 0 }),
  sNoise: number({ min: 0 }),
};

/**
 * Churn of a step at σ (Eq. 19): γ = S_churn/N for σ in [S_tmin, S_tmax], else 0.
 *
 * @returns σ̂ = (1 + γ)σ, and the noise that leads there: √(σ̂² − σ²)·S_noise.
 */
export function churnOf(
  sigma: number,
  {
    steps,
    sChurn = CHURN_DEFAULTS.sChurn,
    sTmin = CHURN_DEFAULTS.sTmin,
    sTmax = CHURN_DEFAULTS.sTmax,
    sNoise = CHURN_DEFAULTS.sNoise,
  }: ChurnOptions & { readonly steps: number },
): { readonly sigmaHat: number; readonly noiseScale: number } {
  const gamma = sTmin <= sigma && sigma <= sTmax ? sChurn / steps : 0;
  const sigmaHat = sigma * (1 + gamma);
  return { sigmaHat, noiseScale: Math.sqrt(sigmaHat ** 2 - sigma ** 2) * sNoise };
}
