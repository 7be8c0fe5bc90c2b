/**
 * A sampler of one's own: the two-step method DPM-Solver++(2M) of Lu et al. (2022).
 *
 * It was published for models without mean reversion. As samplers here integrate y = x̃ − k(t)·μ,
 * where μ cancels, it serves a mean-reverting model as it stands: one network evaluation per step,
 * second order.
 *
 * @module
 */

import {
  type Entry,
  execute,
  type Images,
  integer,
  noiseLevelAtSigma,
  type Sampler,
  type Sequence,
  tf,
} from "../mod.ts";

/** Options of {@linkcode multistep}. */
export interface MultistepOptions {
  /** 2 extrapolates D from two steps, 1 takes the last as it is. Default 2. */
  readonly order?: number;
}

const DEFAULTS = { order: 2 } as const;

/** Deterministic; one network evaluation per step. */
export function multistep({ order = DEFAULTS.order }: MultistepOptions = {}): Sampler {
  return {
    async sample({ schedule, sigmas, denoise, start, onStep }) {
      const steps = sigmas.length - 1;
      let y = start.clone() as Sequence;
      let before: { readonly denoised: Images; readonly h: number } | undefined;
      for (let index = 0; index < steps; index++) {
        const level = noiseLevelAtSigma(schedule, sigmas[index]!);
        const next = noiseLevelAtSigma(schedule, sigmas[index + 1]!);
        const denoised = await denoise(y, Array(start.shape[0]).fill(level));
        // D̂ = D + (D − D₋₁)·h/(2h₋₁) with h = ln(σ/σ₊₁); the step to σ = 0 takes D itself.
        const h = Math.log(level.sigma / next.sigma);
        const previous = order === 2 && next.sigma > 0 ? before : undefined;
        // y ← (σ₊₁/σ)·y + (1 − σ₊₁/σ)·D̂
        const ratio = next.sigma / level.sigma;
        const stepped = await execute(() => {
          const ahead = previous === undefined ? denoised : tf.add(
            denoised,
            tf.mul(tf.sub(denoised, previous.denoised), tf.scalar(h / (2 * previous.h))),
          );
          const pull = tf.mul(tf.expandDims(ahead, 1), tf.scalar(1 - ratio));
          return tf.add(tf.mul(y, tf.scalar(ratio)), pull) as Sequence;
        });
        y.dispose();
        y = stepped;
        await onStep?.({ index, steps, level, next, denoised, y });
        before?.denoised.dispose();
        before = { denoised, h };
      }
      before?.denoised.dispose();
      return y;
    },
  };
}

/** Catalog entry of {@linkcode multistep}. */
export const multistepEntry: Entry<MultistepOptions, Sampler> = {
  summary: "DPM-Solver++(2M): second order with one evaluation per step",
  create: multistep,
  checks: { order: integer({ min: 1, max: 2 }) },
  defaults: DEFAULTS,
};
