/**
 * Clipping gradients by their global norm (Pascanu et al. 2013).
 *
 * @module
 */

import { type Params, type Scalar, sumOfSquares, tf } from "../engine/mod.ts";

/** Gradients and their norm before clipping. */
export interface Clipped {
  readonly grads: Params;
  readonly norm: Scalar;
}

/** Added to the norm, as in PyTorch. */
const EPSILON = 1e-6;

/** ‖g‖, and what gradients are multiplied by: min(1, c/(‖g‖ + 1e-6)); undefined where c is infinite. */
export function clipping(
  grads: Params,
  maxNorm: number,
): { readonly norm: Scalar; readonly factor: Scalar | undefined } {
  const norm = tf.sqrt(sumOfSquares(Object.values(grads)));
  if (maxNorm === Infinity) return { norm, factor: undefined };
  return { norm, factor: tf.minimum(tf.scalar(1), tf.div(maxNorm, tf.add(norm, EPSILON))) };
}

/**
 * g ← g·min(1, c/(‖g‖ + 1e-6)), where ‖g‖ is the norm of all gradients together.
 *
 * @param grads Stay the caller's.
 * @param maxNorm c > 0; `Infinity` only measures.
 */
export function clipByGlobalNorm(grads: Params, maxNorm: number): Clipped {
  return tf.tidy(() => {
    const { norm, factor } = clipping(grads, maxNorm);
    const scaled = Object.entries(grads).map(([name, grad]) => [
      name,
      factor === undefined ? grad.clone() : tf.mul(grad, factor),
    ]);
    return { grads: Object.fromEntries(scaled), norm };
  });
}
