/**
 * Heun's method for the backward ODE (EDM Alg. 2), with the churn of the paper's Alg. 2.
 *
 * @module
 */

import type { Entry } from "../core/mod.ts";
import { type Sequence, tf } from "../engine/mod.ts";
import { CHURN_CHECKS, CHURN_DEFAULTS, type ChurnOptions } from "./churn.ts";
import { drift } from "./drift.ts";
import { integrate, type SamplingInterval } from "./integrate.ts";
import type { Sampler } from "./sampler.ts";

/** Options of {@linkcode heun}. */
export type HeunOptions = ChurnOptions;

/** Second order: two network evaluations per step, one for the step to σ = 0. */
export function heun(churn: HeunOptions = {}): Sampler {
  return { sample: (problem) => integrate(problem, { step, churn }) };
}

/** y + Δσ/2·(d + d'), with d' at the Euler point y + Δσ·d. The step to σ = 0 ends there. */
async function step(interval: SamplingInterval): Promise<Sequence> {
  const { at, next, evaluate, compute } = interval;
  const dSigma = next.sigma - at.level.sigma;
  const d = await compute(() => drift(at));
  const predicted = await compute(() => tf.add(at.y, tf.mul(d, tf.scalar(dSigma))) as Sequence);
  if (next.sigma === 0) return predicted;
  const end = await evaluate(predicted, next);
  return await compute(() =>
    tf.add(at.y, tf.mul(tf.add(d, drift(end)), tf.scalar(dSigma / 2))) as Sequence
  );
}

/** Catalog entry of {@linkcode heun}. */
export const heunEntry: Entry<HeunOptions, Sampler> = {
  summary: "Heun steps, second order: two network evaluations a step",
  create: heun,
  checks: CHURN_CHECKS,
  defaults: CHURN_DEFAULTS,
};
