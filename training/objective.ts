/**
 * The training objective, Alg. 1: the squared error of the denoised x0 + k·μ + σ·n, weighted by λ(σ).
 *
 * @module
 */

import { type Images, type Sequence, type Tensor1D, tf, type Weights } from "../engine/mod.ts";
import {
  applyDenoiser,
  COEFFICIENTS,
  type CoefficientVectors,
  type DenoiserInput,
  type Modules,
  perSample,
  type Vectors,
  vectorsOf,
} from "../model/mod.ts";
import type { Network } from "../networks/mod.ts";
import { noiseLevelAtSigma } from "../schedules/mod.ts";

/** Images of a batch, in [−1, 1], and the noise added to them. */
export interface TrainingTensors {
  /** x0 [B, H, W, C]. */
  readonly clean: Images;
  /** μ [B, L, H, W, C]. */
  readonly mu: Sequence;
  /** n, unit normal [B, L, H, W, C]. */
  readonly noise: Sequence;
  /** [B, L, H, W, Cc]. */
  readonly condition?: Sequence;
}

/** Values of a batch, one per sample [B]: σ, k, λ(σ) (Eq. 18) and the coefficients. */
export type ObjectiveVectors = Vectors<"sigma" | "k" | "weight"> & CoefficientVectors;

/** Returns the values of a batch at its noise levels; the caller owns the tensors. */
export function objectiveVectors(
  { schedule, precond, weighting }: Pick<Modules, "schedule" | "precond" | "weighting">,
  sigmas: readonly number[],
  length: number,
): ObjectiveVectors {
  const samples = sigmas.map((sigma) => {
    const level = noiseLevelAtSigma(schedule, sigma);
    const coefficients = precond.coefficients(level, length);
    return { ...level, ...coefficients, weight: weighting.weight(level, coefficients) };
  });
  return vectorsOf(samples, ["sigma", "k", "weight", ...COEFFICIENTS]);
}

/** Input of the training objective. */
export interface ObjectiveInput {
  /** Images of the batch. */
  readonly batch: TrainingTensors;
  /** Noise levels, loss weights and coefficients of the samples. */
  readonly vectors: ObjectiveVectors;
  /** Random numbers of dropout; without them nothing is dropped. */
  readonly random?: DenoiserInput["random"];
}

/**
 * Returns λ(σ)·mean((D − x0)²) of each sample [B] (Alg. 1).
 *
 * The paper sums over pixels and bands; the mean differs by a constant factor.
 */
export function sampleLosses(
  network: Network,
  weights: Weights,
  { batch: { clean, mu, noise, condition }, vectors, random }: ObjectiveInput,
): Tensor1D {
  return tf.tidy(() => {
    const { sigma, k, weight } = vectors;
    const [batch, height, width, channels] = clean.shape;
    const shift = tf.add(tf.mul(mu, perSample(k, 5)), tf.mul(noise, perSample(sigma, 5)));
    const frames = clean.reshape([batch, 1, height, width, channels]);
    const noised = tf.add(frames, shift) as Sequence;
    const { image } = applyDenoiser(network, weights, { noised, condition, random, ...vectors });
    const errors = tf.mean(tf.square(tf.sub(image, clean)), [1, 2, 3]);
    return tf.mul(errors, weight) as Tensor1D;
  });
}
