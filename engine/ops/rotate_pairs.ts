/** Rotation of channel pairs by given angles, in one piece: rotary position embeddings. @module */

import { type Tensor, tf } from "../tfjs.ts";
import { fused } from "./fused.ts";

/** cos θ and sin θ, which broadcast to [..., half]; they have no gradient. */
export interface Rotation {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/**
 * Rotates the channel pairs (i, i + half), i < half, by θ_i; channels from 2·half on pass through.
 *
 * @param x [..., d], half = the last size of the angles.
 */
export function rotatePairs<T extends Tensor>(x: T, { cos, sin }: Rotation): T {
  const half = cos.shape.at(-1)!;
  const axis = x.rank - 1;
  const turned = (input: Tensor, sine: Tensor) => {
    const rest = input.shape[axis]! - 2 * half;
    const sizes = rest > 0 ? [half, half, rest] : [half, half];
    const [a, b, ...passed] = tf.split(input, sizes, axis) as [Tensor, Tensor, ...Tensor[]];
    return tf.concat([
      tf.sub(tf.mul(a, cos), tf.mul(b, sine)),
      tf.add(tf.mul(b, cos), tf.mul(a, sine)),
      ...passed,
    ], axis);
  };
  const zeros = (tensor: Tensor) => tf.zerosLike(tensor);
  const rotation = (input: Tensor, sine: Tensor): Tensor =>
    fused({
      name: "RotatePairs",
      composed: (one, _cos, s) => turned(one!, s!),
      // The transposed rotation turns back.
      gradient: (dy, [, , s]) => [rotation(dy, tf.neg(s!)), zeros(cos), zeros(sin)],
    }, [input, cos, sine]);
  return rotation(x, sin) as T;
}
