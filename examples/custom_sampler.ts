/**
 * A sampler of one's own: the two-step Adams–Bashforth method, second order at one network
 * evaluation per step.
 *
 * It is written for any model of diffusion and serves a mean-reverting one as it stands: samplers
 * integrate y = x̃ − k(t)·μ, where μ cancels and dy/dt = (σ̇/σ)(y − D) (Eq. 11).
 *
 * @module
 */

import {
  type Entry,
  execute,
  integer,
  noiseLevelAtSigma,
  type Sampler,
  type Sequence,
  tf,
} from "../mod.ts";

/** Options of {@linkcode multistep}. */
export interface MultistepOptions {
  /** 2 looks back one step, 1 does not: Euler. Default 2. */
  readonly order?: number;
}

const DEFAULTS = { order: 2 } as const;

/** Deterministic; one network evaluation per step. */
export function multistep({ order = DEFAULTS.order }: MultistepOptions = {}): Sampler {
  return {
    async sample({ schedule, sigmas, denoise, start, onStep }) {
      const steps = sigmas.length - 1;
      let y = start.clone() as Sequence;
      let before: { readonly d: Sequence; readonly dt: number } | undefined;
      for (let index = 0; index < steps; index++) {
        const level = noiseLevelAtSigma(schedule, sigmas[index]!);
        const next = noiseLevelAtSigma(schedule, sigmas[index + 1]!);
        const dt = next.t - level.t;
        const denoised = await denoise(y, Array(start.shape[0]).fill(level));
        // y ← y + Δt·((1 + r/2)·d − (r/2)·d₋₁) with d = (σ̇/σ)(y − D) and r = Δt/Δt₋₁
        const back = order === 1 || before === undefined ? 0 : dt / before.dt / 2;
        const { d, stepped } = await execute(() => {
          const rate = tf.scalar(schedule.sigmaDot(level.t) / level.sigma);
          const d = tf.mul(tf.sub(y, tf.expandDims(denoised, 1)), rate) as Sequence;
          const ahead = tf.add(y, tf.mul(d, tf.scalar(dt * (1 + back))));
          const past = tf.mul(before?.d ?? d, tf.scalar(dt * back));
          return { d, stepped: tf.sub(ahead, past) as Sequence };
        });
        tf.dispose(before === undefined ? [y] : [y, before.d]);
        [y, before] = [stepped, { d, dt }];
        await onStep?.({ index, steps, level, next, denoised, y });
        denoised.dispose();
      }
      before?.d.dispose();
      return y;
    },
  };
}

/** Catalog entry of {@linkcode multistep}. */
export const multistepEntry: Entry<MultistepOptions, Sampler> = {
  summary: "two-step Adams–Bashforth: second order at one evaluation per step",
  create: multistep,
  checks: { order: integer({ min: 1, max: 2 }) },
  defaults: DEFAULTS,
};
