/**
 * The network axis: F_θ of Eq. 13.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";
import type { Images, Sequence, Tensor, Tensor1D, Tensor5D, Weights } from "../engine/mod.ts";

/** Name, shape and start value of one tensor of a network. */
export interface TensorSpec {
  /** Dotted name of the authors' state_dict. */
  readonly name: string;
  /** Shape in memory: linear weights are [in, out]. */
  readonly shape: readonly number[];
  /** Buffers are neither trained nor averaged. */
  readonly role: "param" | "buffer";
  /** The start values, row-major. */
  readonly init: (rng: Rng) => Float32Array;
}

/** What a network is applied to. */
export interface NetworkInput {
  /** cIn·x̃ [B, L, H, W, C]. */
  readonly x: Sequence;
  /** The condition [B, L, H, W, Cc], neither scaled nor noised; goes after x on the channel axis. */
  readonly condition?: Sequence;
  /** cNoise, one per sample [B]. */
  readonly cNoise: Tensor1D;
  /**
   * Uniform numbers in [0, 1) for the dropout of the layer `name`; a graph input when traced.
   * Without it nothing is dropped.
   */
  readonly random?: (name: string, shape: number[]) => Tensor;
}

/** What a network gives. */
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
  readonly outChannels: number;
  /** Whether L > 1 is understood. */
  readonly temporal: boolean;
  /** Fresh weights; the caller owns them. */
  init(rng: Rng): Weights;
  /**
   * @throws {TypeError} If channels do not match.
   * @throws {RangeError} If height or width do not divide or are too small.
   */
  apply(weights: Weights, input: NetworkInput): NetworkOutput;
  /**
   * Checks the size of an image before any work.
   *
   * @throws {RangeError} If the network cannot take it; the message says what it can take.
   */
  checkSize(size: { readonly height: number; readonly width: number }): void;
}
