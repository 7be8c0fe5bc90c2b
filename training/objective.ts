/**
 * The training objective, Alg. 1: denoise x0 + k·μ + σ·n and weigh the squared error by λ(σ).
 *
 * @module
 */

import {
  type Images,
  type Params,
  type Scalar,
  type Sequence,
  type Tensor,
  type Tensor1D,
  tf,
  type Weights,
} from "../engine/mod.ts";
import {
  applyDenoiser,
  type CoefficientVectors,
  type DenoiserInput,
  type Modules,
  perSample,
} from "../model/mod.ts";
import type { Network } from "../networks/mod.ts";
import { noiseLevelAtSigma } from "../schedules/mod.ts";

/** Images of a batch, in [−1, 1], and the noise that is put on them. */
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

/** All numbers of a batch, one per sample [B]; graph inputs where a step is traced. */
export interface ObjectiveVectors extends CoefficientVectors {
  readonly sigma: Tensor1D;
  readonly k: Tensor1D;
  /** λ(σ) (Eq. 18). */
  readonly weight: Tensor1D;
}

/** The numbers of a batch at its noise levels; the caller owns the tensors. */
export function objectiveVectors(
  { schedule, precond, weighting }: Pick<Modules, "schedule" | "precond" | "weighting">,
  sigmas: readonly number[],
  length: number,
): ObjectiveVectors {
  const each = sigmas.map((value) => {
    const level = noiseLevelAtSigma(schedule, value);
    const coefficients = precond.coefficients(level, length);
    const weight = weighting.weight(level, coefficients);
    return { sigma: level.sigma, k: level.k, weight, ...coefficients };
  });
  const vector = (name: keyof ObjectiveVectors) => tf.tensor1d(each.map((one) => one[name]));
  return {
    sigma: vector("sigma"),
    k: vector("k"),
    weight: vector("weight"),
    cIn: vector("cIn"),
    cSkip: vector("cSkip"),
    cOut: vector("cOut"),
    cNoise: vector("cNoise"),
  };
}

/** What the loss is computed from. */
export interface ObjectiveInput {
  readonly batch: TrainingTensors;
  readonly vectors: ObjectiveVectors;
  /** Dropout; without it nothing is dropped. */
  readonly random?: DenoiserInput["random"];
}

/**
 * λ(σ)·mean((D − x0)²) of each sample [B] (Alg. 1 ll. 3–6).
 *
 * The mean over pixels and bands where the paper writes a sum: only the constant differs.
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

/** The loss of a batch and its gradients. */
export interface LossAndGradients {
  /** The mean over the batch. */
  readonly loss: Scalar;
  /** The loss of each sample [B]. */
  readonly losses: Tensor1D;
  /** By the names of the parameters. */
  readonly grads: Params;
}

/** The mean loss of a batch and its gradient by every parameter; the caller owns the tensors. */
export function lossAndGradients(
  network: Network,
  { params, buffers }: Weights,
  input: ObjectiveInput,
): LossAndGradients {
  const names = Object.keys(params);
  let losses: Tensor1D | undefined;
  const objective = (...values: Tensor[]) => {
    const current = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    // Kept, as a function that is differentiated returns nothing but its scalar.
    losses = tf.keep(sampleLosses(network, { params: current, buffers }, input));
    return tf.mean(losses) as Scalar;
  };
  const { value, grads } = tf.valueAndGrads(objective)(names.map((name) => params[name]!));
  return {
    loss: value as Scalar,
    losses: losses!,
    grads: Object.fromEntries(names.map((name, i) => [name, grads[i]!])),
  };
}
