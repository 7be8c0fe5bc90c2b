/** Selection of constant positions along an axis. @module */

import { product } from "../../core/mod.ts";
import { type Tensor, tf } from "../tfjs.ts";

/**
 * Selects constant positions of x along an axis; positions may repeat.
 *
 * The gradient is a product with the selection matrix, which every engine has. The scatter that
 * TensorFlow.js would use is missing on wasm, and no engine has the gradient of a strided slice.
 *
 * @param x Any shape.
 * @param indices Positions along `axis`; all of them in order return x itself.
 * @param axis Default 0.
 */
export function takeAxis<T extends Tensor>(x: T, indices: readonly number[], axis = 0): T {
  const size = x.shape[axis]!;
  if (indices.length === size && indices.every((index, i) => index === i)) return x;
  const outer = product(x.shape.slice(0, axis));
  const inner = product(x.shape.slice(axis + 1));
  const take = tf.customGrad((input) => ({
    value: tf.gather(input as Tensor, tf.tensor1d(indices as number[], "int32"), axis),
    gradFunc: (dy) => {
      const selection = new Float32Array(size * indices.length);
      indices.forEach((index, i) => selection[index * indices.length + i] = 1);
      const transposed = tf.tensor3d(selection, [1, size, indices.length]);
      const flat = (dy as Tensor).reshape([outer, indices.length, inner]);
      // Every engine is correct for a product with batch 1 on one side.
      return tf.matMul(transposed, flat).reshape(x.shape);
    },
  }));
  return take(x) as T;
}
