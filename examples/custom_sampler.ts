/**
 * A custom sampler: the two-step Adams–Bashforth method, second order at one network evaluation per
 * step.
 *
 * A sampler is its step. `integrate` owns the loop, the noise levels, the previous points and the
 * tensors. Samplers integrate y = x̃ − k(t)·μ, where μ cancels and dy/dt = (σ̇/σ)(y − D) (Eq. 11).
 *
 * @module
 */

import { drift, type Entry, integrate, type Sampler, type Sequence } from "../mod.ts";
import { integer } from "../core/mod.ts";
import { tf as tf } from "../engine/mod.ts";

/** Options of {@linkcode multistep}. */
export interface MultistepOptions {
  /** 2 looks back one step, 1 does not: Euler. Default 2. */
  readonly order?: number;
}

const DEFAULTS = { order: 2 } as const;

/** Deterministic; one network evaluation per step. */
export function multistep({ order = DEFAULTS.order }: MultistepOptions = {}): Sampler {
  return {
    sample: (problem) =>
      integrate(problem, {
        memory: order - 1,
        step: ({ schedule, at, next, past: [last = at], compute }) =>
          compute(() => {
            // y ← y + Δt·((1 + r/2)·d − (r/2)·d₋₁) with d = (σ̇/σ)(y − D) and r = Δt/Δt₋₁
            const dt = next.t - at.level.t;
            const half = last === at ? 0 : dt / (at.level.t - last.level.t) / 2;
            const ahead = tf.mul(drift(schedule, at), tf.scalar(dt * (1 + half)));
            const behind = tf.mul(drift(schedule, last), tf.scalar(dt * half));
            return tf.sub(tf.add(at.y, ahead), behind) as Sequence;
          }),
      }),
  };
}

/** Catalog entry of {@linkcode multistep}. */
export const multistepEntry: Entry<MultistepOptions, Sampler> = {
  summary: "two-step Adams–Bashforth: second order at one evaluation per step",
  create: multistep,
  checks: { order: integer({ min: 1, max: 2 }) },
  defaults: DEFAULTS,
};
