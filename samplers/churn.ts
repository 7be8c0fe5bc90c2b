/** Churn: noise added back before a step (Alg. 2 ll. 5–9, Eq. 19). @module */

import { type Checks, number, numberOrInfinity } from "../core/mod.ts";
import { execute, type Sequence, tf } from "../engine/mod.ts";
import type { SamplingProblem } from "./sampler.ts";

/** How much noise is added back, and when. */
export interface ChurnOptions {
  /** S_churn: γ = S_churn/N, not capped at √2 − 1 (as the paper, unlike EDM). Default 0. */
  readonly sChurn?: number;
  /** S_tmin: least σ with churn, inclusive. Default 0. */
  readonly sTmin?: number;
  /** S_tmax: greatest σ with churn, inclusive. Default Infinity. */
  readonly sTmax?: number;
  /** S_noise: scale of the noise. Default 1. */
  readonly sNoise?: number;
}

/** No churn. */
export const CHURN_DEFAULTS = { sChurn: 0, sTmin: 0, sTmax: Infinity, sNoise: 1 } as const;

/** The options with their defaults. */
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

/** γ at a step: S_churn/N where σ is in [S_tmin, S_tmax], else 0. */
export function churnGamma(
  sigma: number,
  steps: number,
  { sChurn, sTmin, sTmax }: Pick<Required<ChurnOptions>, "sChurn" | "sTmin" | "sTmax">,
): number {
  return sTmin <= sigma && sigma <= sTmax ? sChurn / steps : 0;
}

/** y + √(σ̂² − σ²)·S_noise·ε. */
export async function churned(
  y: Sequence,
  { sigma, sigmaHat, sNoise, noise, draw }: {
    readonly sigma: number;
    readonly sigmaHat: number;
    readonly sNoise: number;
    readonly noise: SamplingProblem["noise"];
    readonly draw: number;
  },
): Promise<Sequence> {
  const scale = Math.sqrt(sigmaHat ** 2 - sigma ** 2) * sNoise;
  return await execute(() => tf.add(y, tf.mul(noise(draw), tf.scalar(scale))) as Sequence);
}
