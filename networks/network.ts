/**
 * The network axis: F_θ of Eq. 13.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";
import type { Images, Sequence, Tensor, Tensor1D, Tensor5D, Weights } from "../engine/mod.ts";

/** Name, shape and initial values of one tensor of a network. */
export interface TensorSpec {
  /** Dotted name of the authors' state_dict. */
  readonly name: string;
  /** Shape in memory: linear weights are [in, out]. */
  readonly shape: readonly number[];
  /** Buffers are neither trained nor averaged. */
  readonly role: "param" | "buffer";
  /** The initial values, row-major. */
  readonly init: (rng: Rng) => Float32Array;
}

/** Input of a network. */
export interface NetworkInput {
  /** cIn·x̃ [B, L, H, W, C]. */
  readonly x: Sequence;
  /** The condition [B, L, H, W, Cc], neither scaled nor noised; follows x on the channel axis. */
  readonly condition?: Sequence;
  /** cNoise, one per sample [B]. */
  readonly cNoise: Tensor1D;
  /**
   * Uniform random values in [0, 1) for the dropout of the layer `name`; a graph input when traced.
   * Default: no dropout.
   */
  readonly random?: (name: string, shape: number[]) => Tensor;
}

/** Output of a network. */
export interface NetworkOutput {
  /** F [B, H, W, out channels]. */
  readonly image: Images;
  /** TFSA's attention masks [G, B, L, h, w], which sum to 1 over L. */
  readonly masks?: Tensor5D;
}

/** F_θ. */
export interface Network {
  /** Every tensor in the order of the state_dict. */
  readonly tensors: readonly TensorSpec[];
  /** Channels of x and the condition together. */
  readonly inChannels: number;
  /** Channels of F, those of the restored image. */
  readonly outChannels: number;
  /** True if the network takes L > 1 frames. */
  readonly temporal: boolean;
  /** Draws initial weights; the caller owns them. */
  init(rng: Rng): Weights;
  /**
   * Applies the network.
   *
   * @throws {TypeError} If channels do not match.
   * @throws {RangeError} If height or width do not divide or are too small.
   */
  apply(weights: Weights, input: NetworkInput): NetworkOutput;
  /**
   * Checks the size of an image.
   *
   * @throws {RangeError} If the network does not take this size; the message names the sizes that it takes.
   */
  checkSize(size: { readonly height: number; readonly width: number }): void;
}
