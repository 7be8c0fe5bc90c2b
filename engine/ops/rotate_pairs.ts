/** Rotation of channel pairs by given angles, for rotary position embedding. @module */

import { type Tensor, tf } from "../tfjs.ts";
import { fused } from "./fused.ts";

/** cos θ and sin θ, broadcast to [..., half]; they have no gradient. */
export interface Rotation {
  /** Cosines of the angles θ, broadcast to [..., half]. */
  readonly cos: Tensor;
  /** Sines of the angles θ, broadcast to [..., half]. */
  readonly sin: Tensor;
}

/**
 * Rotates the channel pairs (i, i + half), i < half, by θ_i; channels from 2·half on stay as they are.
 *
 * @param x [..., d], half = the last size of the angles.
 */
export function rotatePairs<T extends Tensor>(x: T, { cos, sin }: Rotation): T {
  return fused({
    name: "RotatePairs",
    composed: (one, c, s) => turned(one!, { cos: c!, sin: s! }),
    // The gradient is the inverse rotation.
    gradient: (dy, [, c, s]) => [
      rotatePairs(dy, { cos: c!, sin: tf.neg(s!) }),
      tf.zerosLike(c!),
      tf.zerosLike(s!),
    ],
  }, [x, cos, sin]) as T;
}

function turned(x: Tensor, { cos, sin }: Rotation): Tensor {
  const half = cos.shape.at(-1)!;
  const axis = x.rank - 1;
  const rest = x.shape[axis]! - 2 * half;
  const sizes = rest > 0 ? [half, half, rest] : [half, half];
  const [a, b, ...passed] = tf.split(x, sizes, axis) as [Tensor, Tensor, ...Tensor[]];
  return tf.concat([
    tf.sub(tf.mul(a, cos), tf.mul(b, sin)),
    tf.add(tf.mul(b, cos), tf.mul(a, sin)),
    ...passed,
  ], axis);
}
