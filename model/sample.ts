/**
 * Sampling (Alg. 2): tensors to tensors.
 *
 * @module
 */

import {
  execute,
  type Images,
  type Sequence,
  type Tensor,
  type Tensor5D,
  tf,
} from "../engine/mod.ts";
import type { Sampler, SamplingProblem, SamplingStep } from "../samplers/mod.ts";
import type { NoiseLevel } from "../schedules/mod.ts";
import { applyDenoiser, coefficientVectors, perSample } from "./denoiser.ts";
import type { Model } from "./model.ts";

/** What {@linkcode sample} is given beside the model. */
export interface SampleInput {
  /** μ, the cloudy images [B, L, H, W, C], in [−1, 1]. */
  readonly mu: Sequence;
  /** [B, L, H, W, Cc], in [−1, 1]. */
  readonly condition?: Sequence;
  readonly sampler: Sampler;
  /** Falling σ_i, the last 0. */
  readonly sigmas: readonly number[];
  /** Unit normal noise like `mu`: draw 0 is n of the start, draw 1 + i is ε of the i-th churn. */
  readonly noise: (draw: number) => Sequence;
  readonly onStep?: (step: SamplingStep) => void | Promise<void>;
  /** Receives TFSA's masks of every network evaluation [G, B, L, h, w], valid during the call. */
  readonly onMasks?: (masks: Tensor5D) => void | Promise<void>;
}

/**
 * D(y + k·μ; σ): what samplers call.
 *
 * @returns A function that a {@linkcode SamplingProblem} takes as its `denoise`.
 */
export function bindDenoiser(
  model: Model,
  { mu, condition, onMasks }: Pick<SampleInput, "mu" | "condition" | "onMasks">,
): SamplingProblem["denoise"] {
  return async (y: Sequence, levels: readonly NoiseLevel[]): Promise<Images> => {
    const { image, masks } = await execute(() => {
      const k = tf.tensor1d(levels.map((level) => level.k));
      const noised = tf.add(y, tf.mul(mu, perSample(k, 5))) as Sequence;
      const vectors = coefficientVectors(model.precond, levels, mu.shape[1]);
      const denoised = applyDenoiser(model.network, model.weights, {
        noised,
        condition,
        ...vectors,
      });
      return { ...denoised };
    });
    if (masks !== undefined) {
      await onMasks?.(masks);
      masks.dispose();
    }
    return image;
  };
}

/**
 * Restores images by Alg. 2: one denoised image drives all frames.
 *
 * @returns [B, H, W, C] in [−1, 1]; not clipped; the caller's.
 */
export async function sample(model: Model, input: SampleInput): Promise<Images> {
  const { sampler, sigmas, noise, onStep } = input;
  const start = await execute(() => tf.mul(noise(0), tf.scalar(sigmas[0]!)) as Sequence);
  try {
    const y = await sampler.sample({
      schedule: model.schedule,
      sigmas,
      denoise: bindDenoiser(model, input),
      start,
      noise: (draw) => noise(draw + 1),
      onStep,
    });
    // Alg. 2 l. 13: at σ = 0 every frame is D, so the mean changes nothing but rounding.
    const image = await execute(() => tf.mean(y as Tensor, 1) as Images);
    y.dispose();
    return image;
  } finally {
    start.dispose();
  }
}
