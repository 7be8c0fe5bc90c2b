/**
 * File ↔ memory: files keep linear weights as PyTorch does, [out, in]; memory holds them [in, out],
 * so that a layer is x·W.
 *
 * @module
 */

import { type StoredTensor, toFloat32 } from "./stored_tensor.ts";

/** A tensor as float32, ready for the network. */
export interface PlainTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Whether file and memory hold a tensor transposed: every matrix named `….weight`, no other. */
export function isTransposed(name: string, shape: readonly number[]): boolean {
  return shape.length === 2 && /(^|\.)weight$/.test(name);
}

/** The shape in the other place; the same function leads back. */
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

/** A tensor of a file as memory holds it. */
export function toMemory(name: string, tensor: StoredTensor): PlainTensor {
  const plain = { shape: tensor.shape, data: toFloat32(tensor) };
  return isTransposed(name, plain.shape) ? transpose(plain) : plain;
}

/** A tensor of memory as files hold it. */
export function toFile(name: string, tensor: PlainTensor): StoredTensor {
  const { shape, data } = isTransposed(name, tensor.shape) ? transpose(tensor) : tensor;
  return { dtype: "F32", shape, data };
}
