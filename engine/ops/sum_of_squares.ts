/** The sum of the squares of many tensors. @module */

import { type Scalar, type Tensor, tf } from "../tfjs.ts";
import { fused } from "./fused.ts";

/** Name of the kernel, whose inputs are numbered. */
export const SUM_OF_SQUARES = "SumOfSquares";

/**
 * Σ x² over all elements of all tensors.
 *
 * @returns [].
 */
export function sumOfSquares(tensors: readonly Tensor[]): Scalar {
  return fused({
    name: SUM_OF_SQUARES,
    composed: (...tensors) =>
      tf.tidy(() => {
        const squares = tensors.map((tensor) => tf.sum(tf.square(tensor)));
        // addN would bind one buffer per tensor on WebGPU, more than a shader may have.
        return tf.sum(tf.stack(squares));
      }),
  }, tensors) as Scalar;
}
