/**
 * The paper's sampler (Alg. 2): Euler steps of the backward ODE, stochastic with churn.
 *
 * @module
 */

import type { Entry } from "../core/mod.ts";
import { type Sequence, stepTowards, tf } from "../engine/mod.ts";
import { CHURN_CHECKS, CHURN_DEFAULTS, type ChurnOptions } from "./churn.ts";
import { driftRate } from "./drift.ts";
import { integrate, type SamplingInterval } from "./integrate.ts";
import type { Sampler } from "./sampler.ts";

/** Options of {@linkcode euler}. */
export type EulerOptions = ChurnOptions;

/** First order, one network evaluation per step. Deterministic at sChurn = 0. */
export function euler(churn: EulerOptions = {}): Sampler {
  return { sample: (problem) => integrate(problem, { step, churn }) };
}

/** y + Δσ·dy/dσ, as one fused operation: y + (y − D)·Δσ/σ. */
function step({ at, next, compute }: SamplingInterval): Promise<Sequence> {
  const scale = driftRate(at.level) * (next.sigma - at.level.sigma);
  return compute(() => stepTowards(at.y, at.denoised, tf.scalar(scale)));
}

/** Catalog entry of {@linkcode euler}. */
export const eulerEntry: Entry<EulerOptions, Sampler> = {
  summary: "Euler steps, deterministic or with churn: the paper's sampler",
  create: euler,
  checks: CHURN_CHECKS,
  defaults: CHURN_DEFAULTS,
};
