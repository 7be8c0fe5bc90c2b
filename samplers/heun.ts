/**
 * Heun's method for the backward ODE (EDM Alg. 2), with the churn of the paper's Alg. 2.
 *
 * The corrector's slope is taken at the Euler point, as Heun's method has it.
 *
 * @module
 */

import type { Entry } from "../core/mod.ts";
import { execute, type Images, type Sequence, tf } from "../engine/mod.ts";
import { type NoiseLevel, noiseLevelAtSigma, type Schedule } from "../schedules/mod.ts";
import {
  CHURN_CHECKS,
  CHURN_DEFAULTS,
  churned,
  churnGamma,
  churnOf,
  type ChurnOptions,
} from "./churn.ts";
import type { Sampler } from "./sampler.ts";

/** Options of {@linkcode heun}. */
export type HeunOptions = ChurnOptions;

/** Second order: two network evaluations per step, one for the step to σ = 0. */
export function heun(options: HeunOptions = {}): Sampler {
  const churn = churnOf(options);
  return {
    async sample({ schedule, sigmas, denoise, start, noise, onStep }) {
      const steps = sigmas.length - 1;
      const batch = start.shape[0];
      let y = start.clone() as Sequence;
      let draws = 0;
      try {
        for (let index = 0; index < steps; index++) {
          const [sigma, sigmaNext] = [sigmas[index]!, sigmas[index + 1]!];
          const gamma = churnGamma(sigma, steps, churn);
          const level = noiseLevelAtSigma(schedule, sigma * (1 + gamma));
          const next = noiseLevelAtSigma(schedule, sigmaNext);
          const yHat = gamma === 0 ? y : await churned(y, {
            sigma,
            sigmaHat: level.sigma,
            sNoise: churn.sNoise,
            noise,
            draw: draws++,
          });
          const denoised = await denoise(yHat, Array(batch).fill(level));
          const dt = next.t - level.t;
          const d = await execute(() => slope(yHat, denoised, { schedule, level }));
          let stepped = await execute(() => tf.add(yHat, tf.mul(d, tf.scalar(dt))) as Sequence);
          if (sigmaNext > 0) {
            const predicted = stepped;
            const corrected = await denoise(predicted, Array(batch).fill(next));
            stepped = await execute(() => {
              const dNext = slope(predicted, corrected, { schedule, level: next });
              return tf.add(yHat, tf.mul(tf.add(d, dNext), tf.scalar(dt / 2))) as Sequence;
            });
            predicted.dispose();
            corrected.dispose();
          }
          d.dispose();
          if (yHat !== y) yHat.dispose();
          y.dispose();
          y = stepped;
          await onStep?.({ index, steps, level, next, denoised, y });
          denoised.dispose();
        }
        return y;
      } catch (error) {
        y.dispose();
        throw error;
      }
    },
  };
}

/** dy/dt = (σ̇/σ)(y − D). */
function slope(
  y: Sequence,
  denoised: Images,
  { schedule, level }: { readonly schedule: Schedule; readonly level: NoiseLevel },
): Sequence {
  const rate = schedule.sigmaDot(level.t) / level.sigma;
  return tf.mul(tf.sub(y, tf.expandDims(denoised, 1)), tf.scalar(rate)) as Sequence;
}

/** Catalog entry of {@linkcode heun}. */
export const heunEntry: Entry<HeunOptions, Sampler> = {
  summary: "Heun steps, second order: two network evaluations a step",
  create: heun,
  checks: CHURN_CHECKS,
  defaults: CHURN_DEFAULTS,
};
