/**
 * The denoiser D(y + k·μ; σ) of a model, compiled by the engine that runs it.
 *
 * @module
 */

import {
  compile,
  type Compiled,
  type Images,
  type Sequence,
  type Tensor1D,
  type Tensor5D,
  tf,
  type Weights,
} from "../engine/mod.ts";
import type { Network } from "../networks/mod.ts";
import type { SamplingProblem } from "../samplers/mod.ts";
import type { NoiseLevel } from "../schedules/mod.ts";
import {
  applyDenoiser,
  type CoefficientVectors,
  coefficientVectors,
  type Denoised,
} from "./denoiser.ts";
import { perSample } from "./vectors.ts";
import type { Model } from "./model.ts";
import type { Modules } from "./modules.ts";

/** The parts of a model that make its denoiser. */
export interface DenoiserModel extends Pick<Model, "weights"> {
  /** Network and preconditioning of Eq. 13. */
  readonly modules: Pick<Modules, "network" | "precond">;
}

/** The images of one sampling run, which the denoiser sees at every noise level. */
export interface DenoiserContext {
  /** μ, the cloudy images [B, L, H, W, C], in [−1, 1]. */
  readonly mu: Sequence;
  /** [B, L, H, W, Cc], in [−1, 1]. */
  readonly condition?: Sequence;
  /** Receives TFSA's masks of every network evaluation [G, B, L, h, w], valid during the call. */
  readonly onMasks?: (masks: Tensor5D) => void | Promise<void>;
  /**
   * Replaces each D [B, H, W, C], for example by its blend with those of neighbouring tiles (joint
   * diffusion). The result is the sampler's; the argument stays the caller's.
   */
  readonly shareDenoised?: (denoised: Images) => Promise<Images>;
}

/** Inputs of the compiled function. */
interface DenoiserCall {
  readonly weights: Weights;
  readonly y: Sequence;
  readonly mu: Sequence;
  readonly condition: Sequence | undefined;
  /** The inputs that depend on the noise level alone. */
  readonly level: CoefficientVectors & { readonly k: Tensor1D };
}

type CompiledDenoiser = Compiled<DenoiserCall, Denoised>;

/**
 * Compiled denoisers of the models in memory. A denoiser is its network and its weights, nothing
 * else: models that share both, as those that differ in their sampler, share the program.
 */
const denoisers = new WeakMap<Network, WeakMap<Weights, CompiledDenoiser>>();

/** Frees the programs of weights that were collected without a {@linkcode releaseDenoiser}. */
const abandoned = new FinalizationRegistry<CompiledDenoiser>((denoiser) => {
  denoiser.dispose();
});

/** Returns a model's denoiser, compiled for its weights as constants. */
function denoiserOf({ weights, modules: { network } }: DenoiserModel): CompiledDenoiser {
  let ofNetwork = denoisers.get(network);
  if (ofNetwork === undefined) denoisers.set(network, ofNetwork = new WeakMap());
  let denoiser = ofNetwork.get(weights);
  if (denoiser === undefined) {
    denoiser = compile(({ weights, y, mu, condition, level: { k, ...vectors } }: DenoiserCall) => {
      const noised = tf.add(y, tf.mul(mu, perSample(k, 5))) as Sequence;
      return { ...applyDenoiser(network, weights, { noised, condition, ...vectors }) };
    }, { constants: ["weights"], slow: ["level"] });
    ofNetwork.set(weights, denoiser);
    abandoned.register(weights, denoiser);
  }
  return denoiser;
}

/** Frees the programs of a model's denoiser; its next use compiles it again. */
export async function releaseDenoiser(
  { weights, modules: { network } }: DenoiserModel,
): Promise<void> {
  const denoiser = denoisers.get(network)?.get(weights);
  denoisers.get(network)?.delete(weights);
  await denoiser?.dispose();
}

/**
 * Binds a model's denoiser to the images of one sampling run.
 *
 * @returns D(y + k·μ; σ), which a {@linkcode SamplingProblem} takes as its `denoise`.
 */
export function bindDenoiser(
  model: DenoiserModel,
  { mu, condition, onMasks, shareDenoised }: DenoiserContext,
): SamplingProblem["denoise"] {
  const { weights, modules: { precond } } = model;
  const denoiser = denoiserOf(model);
  return async (y: Sequence, levels: readonly NoiseLevel[]): Promise<Images> => {
    const k = tf.tensor1d(levels.map((level) => level.k));
    const level = { ...coefficientVectors(precond, levels, mu.shape[1]), k };
    try {
      const { image, masks } = await denoiser({ weights, y, mu, condition, level });
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
