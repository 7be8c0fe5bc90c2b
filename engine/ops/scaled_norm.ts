/** Root-mean-square norm with a scale per sample. @module */

import { type Tensor, tf } from "../tfjs.ts";
import { fused } from "./fused.ts";
import { inverseRms, rmsNormalize } from "./rms_normalize.ts";

/**
 * x/√(mean over the last axis of x² + epsilon)·scale.
 *
 * @param x [N, ..., d].
 * @param scale [B, d]; B divides the rows of x, and the rows of a scale are consecutive.
 */
export function scaledNorm<T extends Tensor>(x: T, scale: Tensor, epsilon: number): T {
  const [samples, width] = scale.shape as [number, number];
  const grouped = (tensor: Tensor) => tensor.reshape([samples, -1, width]);
  const times = (tensor: Tensor, scale: Tensor) =>
    tf.mul(grouped(tensor), scale.reshape([samples, 1, width]));
  return fused({
    name: "ScaledNorm",
    attrs: { epsilon },
    composed: (x, scale) => times(rmsNormalize(x!, epsilon), scale!).reshape(x!.shape),
    // With n = x·r: dx = r·(g − n·mean(g·n)), g = dy·scale; dscale = Σ dy·n
    gradient: (dy, [x, scale]) => {
      const inverse = inverseRms(x!, epsilon);
      const normed = tf.mul(x!, inverse);
      const g = times(dy, scale!).reshape(x!.shape);
      const along = tf.mean(tf.mul(g, normed), -1, true);
      return [
        tf.mul(tf.sub(g, tf.mul(normed, along)), inverse),
        tf.sum(tf.mul(grouped(dy), grouped(normed)), 1),
      ];
    },
  }, [x, scale]) as T;
}
