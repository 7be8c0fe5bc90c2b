/** RMSNorm and its noise-conditioned form (spec §4.1). @module */

import { linear, type Tensor, tf } from "../../engine/mod.ts";

const EPSILON = 1e-6;

/** x / √(mean over the last axis of x² + 1e-6). */
function normalised(x: Tensor): Tensor {
  const meanSquare = tf.mean(tf.square(x), -1, true);
  return tf.mul(x, tf.rsqrt(tf.add(meanSquare, tf.scalar(EPSILON))));
}

/**
 * RMSNorm over the last axis.
 *
 * @param x [..., d].
 * @param scale [d].
 */
export function rmsNorm(x: Tensor, scale: Tensor): Tensor {
  return tf.mul(normalised(x), scale);
}

/**
 * AdaRMSNorm: the scale is cond·W + 1, one vector per sample; the only place where a block sees
 * the noise level.
 *
 * @param x [N, ..., d].
 * @param cond [N, width].
 * @param weight [width, d].
 */
export function adaRmsNorm(x: Tensor, cond: Tensor, weight: Tensor): Tensor {
  return tf.tidy(() => {
    const scale = tf.add(linear(cond, weight), tf.scalar(1));
    const [samples, width] = scale.shape as [number, number];
    const spread = Array.from({ length: x.rank - 2 }, () => 1);
    return tf.mul(normalised(x), scale.reshape([samples, ...spread, width]));
  });
}
