/**
 * Sampling (Alg. 2): tensors to tensors.
 *
 * @module
 */

import { execute, type Images, type Sequence, type Tensor, tf } from "../engine/mod.ts";
import type { Sampler, SamplingStep } from "../samplers/mod.ts";
import { bindDenoiser, type DenoiserContext } from "./compiled_denoiser.ts";
import type { Model } from "./model.ts";
import type { Modules } from "./modules.ts";

/** The parts of a model that sampling needs. */
export interface SamplingModel extends Pick<Model, "weights"> {
  readonly modules: Pick<Modules, "schedule" | "network" | "precond">;
}

/** Options of {@linkcode sample}. */
export interface SampleInput extends DenoiserContext {
  readonly sampler: Sampler;
  /** Falling σ_i, the last 0. */
  readonly sigmas: readonly number[];
  /** Unit normal noise like `mu`: draw 0 is n of the start, draw 1 + i is ε of the i-th churn. */
  readonly noise: (draw: number) => Sequence;
  readonly onStep?: (step: SamplingStep) => void | Promise<void>;
}

/**
 * Counts a sampler's evaluations of the denoiser. The sampler runs on an image of one pixel, since a
 * plugin's sampler states no number.
 */
export async function countEvaluations(
  { modules: { schedule } }: { readonly modules: Pick<Modules, "schedule"> },
  { sampler, sigmas }: Pick<SampleInput, "sampler" | "sigmas">,
): Promise<number> {
  let count = 0;
  const pixel = () => tf.zeros([1, 1, 1, 1, 1]) as Sequence;
  const start = pixel();
  const end = await sampler.sample({
    schedule,
    sigmas,
    denoise: () => {
      count++;
      return Promise.resolve(tf.zeros([1, 1, 1, 1]) as Images);
    },
    start,
    noise: pixel,
  });
  tf.dispose([start, end]);
  return count;
}

/** Returns the mean over frames as a sum of whole frames, which needs no transposition. */
function meanOfFrames(y: Sequence): Images {
  const [batch, length, ...rest] = y.shape;
  if (length === 1) return y.reshape([batch, ...rest]);
  const sum = tf.unstack(y as Tensor, 1).reduce((total, frame) => tf.add(total, frame));
  return tf.div(sum, tf.scalar(length)) as Images;
}

/**
 * Restores images by Alg. 2: one denoised image drives all frames.
 *
 * @returns [B, H, W, C] in [−1, 1]; not clipped; the caller's.
 */
export async function sample(model: SamplingModel, input: SampleInput): Promise<Images> {
  const { sampler, sigmas, noise, onStep } = input;
  const start = await execute(() => tf.mul(noise(0), tf.scalar(sigmas[0]!)) as Sequence);
  try {
    const y = await sampler.sample({
      schedule: model.modules.schedule,
      sigmas,
      denoise: bindDenoiser(model, input),
      start,
      noise: (draw) => noise(draw + 1),
      onStep,
    });
    // Alg. 2 l. 13: at σ = 0 every frame is D, so the mean changes nothing but rounding.
    const image = await execute(() => meanOfFrames(y));
    y.dispose();
    return image;
  } finally {
    start.dispose();
  }
}
