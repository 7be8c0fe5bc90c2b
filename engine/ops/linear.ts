/** Linear layers as one 2-D matrix product. @module */

import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../tfjs.ts";

/**
 * x·W (+ b) over the last axis.
 *
 * Goes through rank 2, because the gradient of a product whose batch axes broadcast is not
 * defined in TensorFlow.js.
 *
 * @param x [..., in].
 * @param weight [in, out].
 * @param bias [out].
 * @returns [..., out].
 * @throws {TypeError} If the inner sizes differ.
 */
export function linear<T extends Tensor>(x: T, weight: Tensor, bias?: Tensor): T {
  const [inner, outer] = weight.shape as [number, number];
  if (x.shape.at(-1) !== inner) {
    throw new TypeError(
      `Cannot apply a linear layer: the last axis must be ${inner}, got shape [${x.shape}]`,
    );
  }
  const flat = tf.matMul(x.reshape([-1, inner]) as Tensor2D, weight as Tensor2D);
  const shifted = bias === undefined ? flat : tf.add(flat, bias as Tensor1D);
  return shifted.reshape([...x.shape.slice(0, -1), outer!]) as T;
}
