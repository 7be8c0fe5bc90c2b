/**
 * The paper's sampler (Alg. 2): Euler steps of the backward ODE, with churn the stochastic form.
 *
 * @module
 */

import type { Entry } from "../core/mod.ts";
import { execute, type Sequence, stepTowards, tf } from "../engine/mod.ts";
import { noiseLevelAtSigma } from "../schedules/mod.ts";
import {
  CHURN_CHECKS,
  CHURN_DEFAULTS,
  churned,
  churnGamma,
  churnOf,
  type ChurnOptions,
} from "./churn.ts";
import type { Sampler } from "./sampler.ts";

/** Options of {@linkcode euler}. */
export type EulerOptions = ChurnOptions;

/** First order: one network evaluation per step. Deterministic at sChurn = 0. */
export function euler(options: EulerOptions = {}): Sampler {
  const churn = churnOf(options);
  return {
    async sample({ schedule, sigmas, denoise, start, noise, onStep }) {
      const steps = sigmas.length - 1;
      let y = start.clone() as Sequence;
      let draws = 0;
      try {
        for (let index = 0; index < steps; index++) {
          const [sigma, sigmaNext] = [sigmas[index]!, sigmas[index + 1]!];
          // σ̂ = (1 + γ)σ; y ← y + √(σ̂² − σ²)·S_noise·ε (Alg. 2 ll. 5–9, Eq. 19)
          const gamma = churnGamma(sigma, steps, churn);
          const level = noiseLevelAtSigma(schedule, sigma * (1 + gamma));
          const yHat = gamma === 0 ? y : await churned(y, {
            sigma,
            sigmaHat: level.sigma,
            sNoise: churn.sNoise,
            noise,
            draw: draws++,
          });
          const denoised = await denoise(yHat, Array(start.shape[0]).fill(level));
          // y ← y + (σ̇/σ̂)(y − D)·Δt (Alg. 2 ll. 10–11, Eq. 11)
          const next = noiseLevelAtSigma(schedule, sigmaNext);
          const step = schedule.sigmaDot(level.t) / level.sigma * (next.t - level.t);
          const stepped = await execute(() => stepTowards(yHat, denoised, tf.scalar(step)));
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

/** Catalog entry of {@linkcode euler}. */
export const eulerEntry: Entry<EulerOptions, Sampler> = {
  summary: "Euler steps, deterministic or with churn: the paper's sampler",
  create: euler,
  checks: CHURN_CHECKS,
  defaults: CHURN_DEFAULTS,
};
