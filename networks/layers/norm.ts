/** RMSNorm and its noise-conditioned form (spec §4.1). @module */

import { linear, rmsNormalize, type Tensor, tf } from "../../engine/mod.ts";

/** Of every norm (spec §4.1). */
export const EPSILON = 1e-6;

/**
 * RMSNorm over the last axis.
 *
 * @param x [..., d].
 * @param scale [d].
 */
export function rmsNorm(x: Tensor, scale: Tensor): Tensor {
  return tf.mul(rmsNormalize(x, EPSILON), scale);
}

/**
 * AdaRMSNorm: the scale is cond·W + 1, one vector per sample; the only place where a block sees
 * the noise level.
 *
 * @param x [N, ..., d].
 * @param cond [B, width]; B divides N, and the N/B images of a sample follow each other.
 * @param weight [width, d].
 */
export function adaRmsNorm(x: Tensor, cond: Tensor, weight: Tensor): Tensor {
  return tf.tidy(() => {
    const scale = adaScale(cond, weight);
    const [samples, width] = scale.shape as [number, number];
    const normalised = rmsNormalize(x, EPSILON).reshape([samples, -1, width]);
    return tf.mul(normalised, scale.reshape([samples, 1, width])).reshape(x.shape);
  });
}

/** cond·W + 1, [B, d]. */
export function adaScale(cond: Tensor, weight: Tensor): Tensor {
  return tf.add(linear(cond, weight), tf.scalar(1));
}
