/**
 * Clipping gradients by their global norm (Pascanu et al. 2013).
 *
 * @module
 */

import { type Params, type Scalar, tf } from "../engine/mod.ts";

/** Gradients and their norm before clipping. */
export interface Clipped {
  readonly grads: Params;
  readonly norm: Scalar;
}

/** Added to the norm, as in PyTorch. */
const EPSILON = 1e-6;

/**
 * g ← g·min(1, c/(‖g‖ + 1e-6)), where ‖g‖ is the norm of all gradients together.
 *
 * @param grads Stay the caller's.
 * @param maxNorm c > 0; `Infinity` only measures.
 */
export function clipByGlobalNorm(grads: Params, maxNorm: number): Clipped {
  return tf.tidy(() => {
    const squares = Object.values(grads).map((grad) => tf.sum(tf.square(grad)));
    // Not addN, which binds one buffer per gradient on WebGPU, more than a shader may have.
    const norm = tf.sqrt(tf.sum(tf.stack(squares))) as Scalar;
    if (maxNorm === Infinity) {
      const copies = Object.entries(grads).map(([name, grad]) => [name, grad.clone()]);
      return { grads: Object.fromEntries(copies), norm };
    }
    const factor = tf.minimum(tf.scalar(1), tf.div(maxNorm, tf.add(norm, EPSILON)));
    const scaled = Object.entries(grads).map(([name, grad]) => [name, tf.mul(grad, factor)]);
    return { grads: Object.fromEntries(scaled), norm };
  });
}
