/**
 * Sampling, Alg. 2: from noise and the mean image μ to the restored image.
 *
 * @module
 */

import { execute, type Images, type Sequence, type Tensor, tf } from "../engine/mod.ts";
import type { Sampler, SamplingStep } from "../samplers/mod.ts";
import { bindDenoiser, type DenoiserContext } from "./compiled_denoiser.ts";
import type { Model } from "./model.ts";
import type { Modules } from "./modules.ts";

/** Model that can be sampled from: its weights and the modules that sampling uses. */
export interface SamplingModel extends Pick<Model, "weights"> {
  /** Process, network and preconditioning. */
  readonly modules: Pick<Modules, "schedule" | "network" | "precond">;
}

/** Options of {@linkcode sample}. */
export interface SampleInput extends DenoiserContext {
  /** Integrator of the backward process. */
  readonly sampler: Sampler;
  /** Decreasing σ_i; the last is 0. */
  readonly sigmas: readonly number[];
  /** Unit normal noise like `mu`. Draw 0 is n of the start, draw 1 + i is ε of the i-th churn. */
  readonly noise: (draw: number) => Sequence;
  /**
   * Called after each step and awaited before the next. The tensors of the step are valid during
   * the call.
   */
  readonly onStep?: (step: SamplingStep) => void | Promise<void>;
}

/**
 * Samples images by Alg. 2. All frames of a sequence share one denoised image.
 *
 * @returns Images [B, H, W, C] on the scale [−1, 1], not clipped; the caller owns them.
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
    // Alg. 2 l. 13. An Euler step to σ = 0 makes every frame D; then the mean changes rounding only.
    const image = await execute(() => meanOfFrames(y));
    y.dispose();
    return image;
  } finally {
    start.dispose();
  }
}

/** Returns the mean over frames as a sum of whole frames, which needs no transposition. */
function meanOfFrames(y: Sequence): Images {
  const [batch, length, ...rest] = y.shape;
  if (length === 1) return y.reshape([batch, ...rest]);
  const sum = tf.unstack(y as Tensor, 1).reduce((total, frame) => tf.add(total, frame));
  return tf.div(sum, tf.scalar(length)) as Images;
}
