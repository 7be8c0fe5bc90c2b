/**
 * The denoiser D of Eq. 13: the network between its preconditioning coefficients.
 *
 * @module
 */

import {
  type Images,
  type Sequence,
  skipAndOut,
  type Tensor5D,
  tf,
  type Weights,
} from "../engine/mod.ts";
import type { Network, NetworkInput } from "../networks/mod.ts";
import type { Coefficients, Preconditioner } from "../precond/mod.ts";
import type { NoiseLevel } from "../schedules/mod.ts";
import { perSample, type Vectors, vectorsOf } from "./vectors.ts";

/** The preconditioner's coefficients of a batch, one value per sample [B]. */
export type CoefficientVectors = Vectors<keyof Coefficients>;

/** Input of the denoiser. */
export interface DenoiserInput extends CoefficientVectors {
  /** x̃ = x0 + k·μ + σ·n [B, L, H, W, C]. */
  readonly noised: Sequence;
  /** [B, L, H, W, Cc], in [−1, 1]. */
  readonly condition?: Sequence;
  /** Random numbers of dropout; without them nothing is dropped. */
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

/** Names of the coefficients, in the order of their vectors. */
export const COEFFICIENTS = ["cIn", "cSkip", "cOut", "cNoise"] as const;

/** Returns the preconditioner's coefficients at each sample's noise level; the caller owns them. */
export function coefficientVectors(
  precond: Preconditioner,
  levels: readonly NoiseLevel[],
  length: number,
): CoefficientVectors {
  return vectorsOf(levels.map((level) => precond.coefficients(level, length)), COEFFICIENTS);
}
