/**
 * Sampling (Alg. 2): tensors to tensors.
 *
 * @module
 */

import {
  compile,
  type Compiled,
  execute,
  type Images,
  type Sequence,
  type Tensor,
  type Tensor1D,
  type Tensor5D,
  tf,
  type Weights,
} from "../engine/mod.ts";
import type { Sampler, SamplingProblem, SamplingStep } from "../samplers/mod.ts";
import type { NoiseLevel } from "../schedules/mod.ts";
import {
  applyDenoiser,
  type CoefficientVectors,
  coefficientVectors,
  type Denoised,
  perSample,
} from "./denoiser.ts";
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
  /**
   * What takes the place of each D [B, H, W, C], as one blended with those of neighbouring tiles:
   * joint diffusion. The result is the sampler's; the argument stays the caller's.
   */
  readonly shareDenoised?: (denoised: Images) => Promise<Images>;
}

/** What the compiled denoiser is given. */
interface DenoiserCall {
  readonly weights: Weights;
  readonly y: Sequence;
  readonly mu: Sequence;
  readonly condition: Sequence | undefined;
  /** What depends on the noise level alone. */
  readonly level: CoefficientVectors & { readonly k: Tensor1D };
}

/** Denoisers by weights: what was compiled for one tile serves all tiles. */
const denoisers = new WeakMap<Weights, Compiled<DenoiserCall, Denoised>>();

/** Programs outlive the objects that they belong to, unless somebody frees them. */
const abandoned = new FinalizationRegistry<Compiled<DenoiserCall, Denoised>>((denoiser) => {
  denoiser.dispose();
});

/** Frees what was compiled for weights that are not used any more. */
export async function releaseDenoiser(weights: Weights): Promise<void> {
  const denoiser = denoisers.get(weights);
  denoisers.delete(weights);
  await denoiser?.dispose();
}

function denoiserOf({ network, weights }: Pick<Model, "network" | "weights">) {
  let denoiser = denoisers.get(weights);
  if (denoiser === undefined) {
    denoiser = compile(({ weights, y, mu, condition, level: { k, ...vectors } }: DenoiserCall) => {
      const noised = tf.add(y, tf.mul(mu, perSample(k, 5))) as Sequence;
      return { ...applyDenoiser(network, weights, { noised, condition, ...vectors }) };
    }, { constants: ["weights"], slow: ["level"] });
    denoisers.set(weights, denoiser);
    abandoned.register(weights, denoiser);
  }
  return denoiser;
}

/**
 * D(y + k·μ; σ): what samplers call.
 *
 * @returns A function that a {@linkcode SamplingProblem} takes as its `denoise`.
 */
export function bindDenoiser(
  model: Pick<Model, "network" | "weights" | "precond">,
  { mu, condition, onMasks, shareDenoised }: Pick<
    SampleInput,
    "mu" | "condition" | "onMasks" | "shareDenoised"
  >,
): SamplingProblem["denoise"] {
  const denoiser = denoiserOf(model);
  return async (y: Sequence, levels: readonly NoiseLevel[]): Promise<Images> => {
    const k = tf.tensor1d(levels.map((level) => level.k));
    const level = { ...coefficientVectors(model.precond, levels, mu.shape[1]), k };
    try {
      const { image, masks } = await denoiser({
        weights: model.weights,
        y,
        mu,
        condition,
        level,
      });
      if (masks !== undefined) {
        await onMasks?.(masks);
        masks.dispose();
      }
      if (shareDenoised === undefined) return image;
      return await shareDenoised(image).finally(() => image.dispose());
    } finally {
      tf.dispose(level);
    }
  };
}

/**
 * How often a sampler evaluates the denoiser. It is counted on an image of one pixel, for a sampler
 * may be anybody's.
 */
export async function countEvaluations(
  { schedule }: Pick<Model, "schedule">,
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

/** The mean over frames by sums of whole frames, which no engine has to transpose for. */
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
    const image = await execute(() => meanOfFrames(y));
    y.dispose();
    return image;
  } finally {
    start.dispose();
  }
}
