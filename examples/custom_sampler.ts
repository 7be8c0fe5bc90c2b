/**
 * A custom sampler: the two-step Adams–Bashforth method, second order at one network evaluation per
 * step.
 *
 * A sampler is its step. `integrate` owns the loop, the noise levels, the previous points and the
 * tensors. Samplers integrate y = x̃ − k·μ, where μ cancels, in σ: dy/dσ = (y − D)/σ (Eq. 11 divided by σ̇).
 *
 * @module
 */

import { drift, type Entry, integrate, type Sampler, type Sequence } from "../mod.ts";
import { integer } from "../core/mod.ts";
import { tf } from "../engine/mod.ts";

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
        step: ({ at, next, past: [last = at], compute }) =>
          compute(() => {
            // y ← y + Δσ·((1 + r/2)·d − (r/2)·d₋₁) with d = (y − D)/σ and r = Δσ/Δσ₋₁
            const h = next.sigma - at.level.sigma;
            const half = last === at ? 0 : h / (at.level.sigma - last.level.sigma) / 2;
            const ahead = tf.mul(drift(at), tf.scalar(h * (1 + half)));
            const behind = tf.mul(drift(last), tf.scalar(h * half));
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
