/**
 * Gradient clipping by the global norm (Pascanu et al. 2013).
 *
 * @module
 */

import { type Params, type Scalar, sumOfSquares, tf } from "../engine/mod.ts";

/** Norm of all gradients together, and the factor that clips them. */
export interface Clipping {
  /** ‖g‖ before clipping. */
  readonly norm: Scalar;
  /** min(1, c/(‖g‖ + 1e-6)); undefined if c is infinite, which only computes the norm. */
  readonly factor: Scalar | undefined;
}

/** Added to the norm, as in PyTorch. */
const EPSILON = 1e-6;

/**
 * Returns the norm of gradients and the factor of g ← g·min(1, c/(‖g‖ + 1e-6)). AdamW applies the
 * factor.
 *
 * @param maxNorm c > 0.
 */
export function clipping(grads: Params, maxNorm: number): Clipping {
  const norm = tf.sqrt(sumOfSquares(Object.values(grads)));
  if (maxNorm === Infinity) return { norm, factor: undefined };
  return { norm, factor: tf.minimum(tf.scalar(1), tf.div(maxNorm, tf.add(norm, EPSILON))) };
}
