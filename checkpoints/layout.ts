/**
 * Layout of linear weights: [out, in] in files, as in PyTorch; [in, out] in memory, where a layer is
 * x·W.
 *
 * @module
 */

import { type StoredTensor, toFloat32 } from "./stored_tensor.ts";

/** A tensor as float32, ready for the network. */
export interface PlainTensor {
  /** Sizes of the axes; linear weights are [in, out]. */
  readonly shape: readonly number[];
  /** Elements, row-major. */
  readonly data: Float32Array;
}

/** Returns true for a tensor that memory holds transposed: a matrix named `….weight`. */
export function isTransposed(name: string, shape: readonly number[]): boolean {
  return shape.length === 2 && /(^|\.)weight$/.test(name);
}

/** Converts a shape from file to memory, or back. */
export function swapShape(name: string, shape: readonly number[]): readonly number[] {
  return isTransposed(name, shape) ? shape.toReversed() : shape;
}

function transpose({ shape, data }: PlainTensor): PlainTensor {
  const [rows, columns] = shape as readonly [number, number];
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[column * rows + row] = data[row * columns + column]!;
    }
  }
  return { shape: [columns, rows], data: out };
}

/** Converts a tensor from file to memory. */
export function toMemory(name: string, tensor: StoredTensor): PlainTensor {
  const plain = { shape: tensor.shape, data: toFloat32(tensor) };
  return isTransposed(name, plain.shape) ? transpose(plain) : plain;
}

/** Converts a tensor from memory to file. */
export function toFile(name: string, tensor: PlainTensor): StoredTensor {
  const { shape, data } = isTransposed(name, tensor.shape) ? transpose(tensor) : tensor;
  return { dtype: "F32", shape, data };
}
