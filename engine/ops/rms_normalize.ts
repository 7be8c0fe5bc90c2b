/** Division by the root of the mean square, in one piece. @module */

import { type Tensor, tf } from "../tfjs.ts";
import { fused } from "./fused.ts";

/** 1/√(mean over the last axis of x² + epsilon), [..., 1]. */
function inverseRms(x: Tensor, epsilon: number): Tensor {
  return tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), tf.scalar(epsilon)));
}

/**
 * x/√(mean over the last axis of x² + epsilon).
 *
 * @param x [..., d].
 */
export function rmsNormalize<T extends Tensor>(x: T, epsilon: number): T {
  const attrs = { epsilon };
  const inverse = (input: Tensor) =>
    fused({
      name: "InverseRms",
      attrs,
      composed: (one) => inverseRms(one!, epsilon),
      gradient: () => {
        throw new Error("Cannot differentiate the gradient of rmsNormalize()");
      },
    }, [input]);
  return fused({
    name: "RmsNormalize",
    attrs,
    composed: (input) => tf.mul(input!, inverseRms(input!, epsilon)),
    // dx = r·(dy − y·mean(dy·y))
    gradient: (dy, [input], y) => {
      const along = tf.mean(tf.mul(dy, y), -1, true);
      return [tf.mul(tf.sub(dy, tf.mul(y, along)), inverse(input!))];
    },
  }, [x]) as T;
}
