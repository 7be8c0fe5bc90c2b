/**
 * Churn: noise added before a step of Alg. 2 (Eq. 19).
 *
 * @module
 */

import { type Checks, number, numberOrInfinity } from "../core/mod.ts";
import { type Sequence, tf } from "../engine/mod.ts";

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

/** The options completed with their defaults. */
export function churnOf({
  sChurn = CHURN_DEFAULTS.sChurn,
  sTmin = CHURN_DEFAULTS.sTmin,
  sTmax = CHURN_DEFAULTS.sTmax,
  sNoise = CHURN_DEFAULTS.sNoise,
}: ChurnOptions): Required<ChurnOptions> {
  return { sChurn, sTmin, sTmax, sNoise };
}

/** Checks of {@linkcode ChurnOptions}. */
export const CHURN_CHECKS: Checks<ChurnOptions> = {
  sChurn: number({ min: 0 }),
  sTmin: number({ min: 0 }),
  sTmax: numberOrInfinity({ min: 0 }),
  sNoise: number({ min: 0 }),
};

/** γ of a step at σ: S_churn/N for σ in [S_tmin, S_tmax], else 0 (Alg. 2). */
export function churnGamma(
  sigma: number,
  { sChurn, sTmin, sTmax, steps }: Required<Omit<ChurnOptions, "sNoise">> & {
    readonly steps: number;
  },
): number {
  return sTmin <= sigma && sigma <= sTmax ? sChurn / steps : 0;
}

/** ŷ = y + √(σ̂² − σ²)·S_noise·ε (Eq. 19). */
export function churned(
  y: Sequence,
  { sigma, sigmaHat, sNoise, noise }: {
    readonly sigma: number;
    readonly sigmaHat: number;
    readonly sNoise: number;
    /** ε, unit normal noise like y. */
    readonly noise: Sequence;
  },
): Sequence {
  const scale = Math.sqrt(sigmaHat ** 2 - sigma ** 2) * sNoise;
  return tf.add(y, tf.mul(noise, tf.scalar(scale))) as Sequence;
}
