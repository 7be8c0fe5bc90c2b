/** Division of rows by their root mean square. @module */

import { type Tensor, tf } from "../tfjs.ts";
import { fused } from "./fused.ts";

function composedInverse(x: Tensor, epsilon: number): Tensor {
  return tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), tf.scalar(epsilon)));
}

/** 1/√(mean over the last axis of x² + epsilon), [..., 1]. Used in gradients; has none itself. */
export function inverseRms(x: Tensor, epsilon: number): Tensor {
  return fused({
    name: "InverseRms",
    attrs: { epsilon },
    composed: (one) => composedInverse(one!, epsilon),
    gradient: () => {
      throw new Error("Cannot differentiate a norm twice: its gradient has no gradient");
    },
  }, [x]);
}

/**
 * x/√(mean over the last axis of x² + epsilon).
 *
 * @param x [..., d].
 */
export function rmsNormalize<T extends Tensor>(x: T, epsilon: number): T {
  return fused({
    name: "RmsNormalize",
    attrs: { epsilon },
    composed: (input) => tf.mul(input!, composedInverse(input!, epsilon)),
    // dx = r·(dy − y·mean(dy·y))
    gradient: (dy, [input], y) => {
      const along = tf.mean(tf.mul(dy, y), -1, true);
      return [tf.mul(tf.sub(dy, tf.mul(y, along)), inverseRms(input!, epsilon))];
    },
  }, [x]) as T;
}
