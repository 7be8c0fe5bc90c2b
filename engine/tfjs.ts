/**
 * TensorFlow.js and the tensor types of this library. No other module imports the package.
 *
 * @module
 */

import * as tf from "npm:@tensorflow/tfjs@4.22.0";

export { tf };
export type {
  BackendValues,
  DataType as TensorDataType,
  KernelBackend,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Tensor5D,
  TensorContainer,
  TensorInfo,
} from "npm:@tensorflow/tfjs@4.22.0";

import type { Tensor, Tensor4D, Tensor5D } from "npm:@tensorflow/tfjs@4.22.0";

/** Images [B, H, W, C]. */
export type Images = Tensor4D;

/** Sequences of images [B, L, H, W, C]. */
export type Sequence = Tensor5D;

/** Tensors by the dotted names of the authors' state_dict; linear weights are [in, out] in memory. */
export type Params = Readonly<Record<string, Tensor>>;

/** Weights of a network. */
export interface Weights {
  /** Trained, and averaged by EMA. */
  readonly params: Params;
  /** Neither trained nor averaged: Fourier weights, RoPE frequencies. */
  readonly buffers: Params;
}
