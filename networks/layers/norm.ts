/** RMSNorm and its noise-conditioned form (docs/networks.md, "Norms"). @module */

import { linearPlus, scaledNorm, type Tensor } from "../../engine/mod.ts";

/** Epsilon of every norm (docs/networks.md, "Norms"). */
export const EPSILON = 1e-6;

/**
 * RMSNorm over the last axis.
 *
 * @param x [..., d].
 * @param scale [d].
 */
export function rmsNorm(x: Tensor, scale: Tensor): Tensor {
  return scaledNorm(x, scale.reshape([1, -1]), EPSILON);
}

/**
 * AdaRMSNorm: the scale is cond·W + 1, one vector per sample. A block sees the noise level here only.
 *
 * @param x [N, ..., d].
 * @param cond [B, width]; B divides N, and the N/B images of a sample are consecutive.
 * @param weight [width, d].
 */
export function adaRmsNorm(x: Tensor, cond: Tensor, weight: Tensor): Tensor {
  return scaledNorm(x, adaScale(cond, weight), EPSILON);
}

/** Scale of AdaRMSNorm: cond·W + 1, [B, d]. */
export function adaScale(cond: Tensor, weight: Tensor): Tensor {
  return linearPlus(cond, weight, 1);
}
