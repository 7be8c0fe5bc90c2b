/**
 * The sampling loop (Alg. 2), shared by all samplers: noise levels, churn, network evaluations,
 * `onStep` and the lifetime of tensors. A sampler contributes its step and nothing else.
 *
 * @module
 */

import { execute, type Sequence, type Tensor, tf } from "../engine/mod.ts";
import { type NoiseLevel, noiseLevelAtSigma, type Schedule } from "../schedules/mod.ts";
import { churnOf, type ChurnOptions } from "./churn.ts";
import type { SamplingPoint } from "./drift.ts";
import type { SamplingProblem } from "./sampler.ts";
import { tensorScope } from "./tensor_scope.ts";

/** One interval of the time steps. Every tensor in it belongs to {@linkcode integrate}. */
export interface SamplingInterval {
  /** The process: gives the noise level of a σ inside the interval. */
  readonly schedule: Schedule;
  /** Start of the interval, after churn: σ̂, ŷ, and D there. */
  readonly at: SamplingPoint;
  /** End of the interval; σ = 0 in the last one. */
  readonly next: NoiseLevel;
  /** Starts of the previous intervals, latest first; at most `memory` of them. */
  readonly past: readonly SamplingPoint[];
  /** Evaluates the network at another point, where σ > 0. */
  evaluate(y: Sequence, level: NoiseLevel): Promise<SamplingPoint>;
  /** Runs synchronous tensor code. The result lives until the end of the step. */
  compute<T extends Tensor>(f: () => T): Promise<T>;
  /** Returns the next draw of unit normal noise like y; call it inside `compute`. */
  draw(): Sequence;
}

/** The part of a sampler that is its own. */
export interface SamplingMethod {
  /** Returns y at `next`, made with `compute`. */
  readonly step: (interval: SamplingInterval) => Promise<Sequence>;
  /**
   * Returns a better y at `at`, from D there and previous points: a corrector that needs no evaluation
   * of its own. Called before every step but the first. Default none.
   */
  readonly correct?: (
    interval: Pick<SamplingInterval, "at" | "past" | "compute">,
  ) => Promise<Sequence>;
  /** Noise added before each step. Default none. */
  readonly churn?: ChurnOptions;
  /** Number of previous points that `step` receives. Default 0; a two-step method needs 1. */
  readonly memory?: number;
}

/**
 * Integrates y from σ_0 to 0. Disposes every tensor but the result, also when a step, the denoiser
 * or `onStep` throws.
 *
 * @returns y at σ = 0 [B, L, H, W, C]; the caller owns it.
 *
 * @example Euler's method without churn
 * ```ts
 * import { tf, useEngine } from "../engine/mod.ts";
 * import { rational } from "../schedules/mod.ts";
 * import { drift } from "./drift.ts";
 * import { integrate, type SamplingMethod } from "./integrate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const method: SamplingMethod = {
 *   // y ← y + Δσ·dy/dσ
 *   step: ({ at, next, compute }) =>
 *     compute(() => tf.add(at.y, tf.mul(drift(at), next.sigma - at.level.sigma))),
 * };
 * await useEngine("cpu");
 * const y = await integrate({
 *   schedule: rational(),
 *   sigmas: [4, 2, 0],
 *   denoise: () => Promise.resolve(tf.ones([1, 1, 1, 1])),
 *   start: tf.fill([1, 1, 1, 1, 1], 4),
 *   noise: () => tf.zeros([1, 1, 1, 1, 1]),
 * }, method);
 * assertEquals(y.dataSync()[0], 1);
 * ```
 */
export async function integrate(
  { schedule, sigmas, denoise, start, noise, onStep }: SamplingProblem,
  { step, correct, churn = {}, memory = 0 }: SamplingMethod,
): Promise<Sequence> {
  const steps = sigmas.length - 1;
  const { own, release } = tensorScope();
  const compute = async <T extends Tensor>(f: () => T) => own(await execute(f));
  const evaluate = async (y: Sequence, level: NoiseLevel) => {
    const denoised = own(await denoise(y, Array(start.shape[0]).fill(level)));
    return { level, y, denoised };
  };
  let y = own(start.clone() as Sequence);
  let past: readonly SamplingPoint[] = [];
  let draws = 0;
  const draw = () => noise(draws++);
  try {
    for (let index = 0; index < steps; index++) {
      const [sigma, sigmaNext] = [sigmas[index]!, sigmas[index + 1]!];
      // ŷ = y + √(σ̂² − σ²)·S_noise·ε (Eq. 19)
      const { sigmaHat, noiseScale } = churnOf(sigma, { ...churn, steps });
      const level = noiseLevelAtSigma(schedule, sigmaHat);
      const yHat = sigmaHat === sigma
        ? y
        : await compute(() => tf.add(y, tf.mul(draw(), tf.scalar(noiseScale))) as Sequence);
      // D is evaluated at σ̂, as in the authors' code; Alg. 2 l. 11 writes σ.
      const found = await evaluate(yHat, level);
      const at = correct === undefined || past.length === 0
        ? found
        : { ...found, y: await correct({ at: found, past, compute }) };
      const next = noiseLevelAtSigma(schedule, sigmaNext);
      y = own(await step({ schedule, at, next, past, evaluate, compute, draw }));
      past = [at, ...past].slice(0, memory);
      const kept = [y, ...past.flatMap((point) => [point.y, point.denoised])];
      release([at.denoised, ...kept]);
      await onStep?.({ index, steps, level, next, denoised: at.denoised, y });
      release(kept);
    }
    release([y]);
    return y;
  } catch (error) {
    release([]);
    throw error;
  }
}
