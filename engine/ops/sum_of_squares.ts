/** The sum of the squares of many tensors, in few passes where the engine can. @module */

import { type Scalar, type Tensor, tf } from "../tfjs.ts";

/** Name of the kernel, whose inputs are numbered. */
export const SUM_OF_SQUARES = "SumOfSquares";

/**
 * Σ over all numbers of all tensors of x²; it has no gradient.
 *
 * @returns [].
 */
export function sumOfSquares(tensors: readonly Tensor[]): Scalar {
  if (tf.getKernel(SUM_OF_SQUARES, tf.getBackend()) !== undefined) {
    return tf.engine().runKernel(SUM_OF_SQUARES, { ...tensors } as never) as unknown as Scalar;
  }
  return tf.tidy(() => {
    const squares = tensors.map((tensor) => tf.sum(tf.square(tensor)));
    // Not addN, which binds one buffer per tensor on WebGPU, more than a shader may have.
    return tf.sum(tf.stack(squares)) as Scalar;
  });
}
