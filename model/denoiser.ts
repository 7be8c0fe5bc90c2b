/**
 * The denoiser D of Eq. 13: the network between its preconditioning coefficients.
 *
 * @module
 */

import {
  type Images,
  type Sequence,
  skipAndOut,
  type Tensor,
  type Tensor1D,
  type Tensor5D,
  tf,
  type Weights,
} from "../engine/mod.ts";
import type { Network, NetworkInput } from "../networks/mod.ts";
import type { Coefficients, Preconditioner } from "../precond/mod.ts";
import type { NoiseLevel } from "../schedules/mod.ts";

/** Coefficients of a batch, one per sample [B]. */
export interface CoefficientVectors {
  readonly cIn: Tensor1D;
  readonly cSkip: Tensor1D;
  readonly cOut: Tensor1D;
  readonly cNoise: Tensor1D;
}

/** Input of the denoiser. */
export interface DenoiserInput extends CoefficientVectors {
  /** x̃ = x0 + k·μ + σ·n [B, L, H, W, C]. */
  readonly noised: Sequence;
  /** [B, L, H, W, Cc], in [−1, 1]. */
  readonly condition?: Sequence;
  /** Dropout, see {@linkcode NetworkInput}. */
  readonly random?: NetworkInput["random"];
}

/** D, and the attention masks of a temporal network. */
export interface Denoised {
  /** [B, H, W, C]. */
  readonly image: Images;
  /** [G, B, L, h, w]. */
  readonly masks?: Tensor5D;
}

/** Returns D = mean_l(cSkip·x̃ˡ) + cOut·F({[cIn·x̃ˡ, cˡ]}, cNoise) (Eq. 13). */
export function applyDenoiser(network: Network, weights: Weights, input: DenoiserInput): Denoised {
  const { noised, condition, cIn, cSkip, cOut, cNoise, random } = input;
  return tf.tidy(() => {
    const x = tf.mul(noised, perSample(cIn, 5)) as Sequence;
    const { image, masks } = network.apply(weights, { x, condition, cNoise, random });
    const denoised = skipAndOut(noised, image, { skip: cSkip, out: cOut });
    return masks === undefined ? { image: denoised } : { image: denoised, masks };
  });
}

/** Reshapes [B] to [B, 1, …, 1] of a rank. */
export function perSample(values: Tensor1D, rank: number): Tensor {
  return values.reshape([values.shape[0], ...Array<number>(rank - 1).fill(1)]);
}

/** Returns the preconditioner's coefficients at each sample's noise level as vectors [B]. */
export function coefficientVectors(
  precond: Preconditioner,
  levels: readonly NoiseLevel[],
  length: number,
): CoefficientVectors {
  const each = levels.map((level) => precond.coefficients(level, length));
  const vector = (name: keyof Coefficients) => tf.tensor1d(each.map((c) => c[name]));
  return {
    cIn: vector("cIn"),
    cSkip: vector("cSkip"),
    cOut: vector("cOut"),
    cNoise: vector("cNoise"),
  };
}
