/** Patches to tokens and back (spec §4.1). @module */

import { linear, type Tensor, tf } from "../../engine/mod.ts";

/** Height and width of a patch. */
export type Patch = readonly [number, number];

/**
 * Patch merge: feature (a·pw + b)·E + e of a token is channel e at row a, column b of its patch;
 * then a linear layer.
 *
 * @param x [N, H, W, E].
 * @param weight [ph·pw·E, out].
 * @returns [N, H/ph, W/pw, out].
 */
export function tokenMerge(x: Tensor, [ph, pw]: Patch, weight: Tensor): Tensor {
  const [n, height, width, channels] = x.shape as [number, number, number, number];
  const [h, w] = [height / ph, width / pw];
  const rows = x.reshape([n, h, ph, w, pw * channels]);
  const tokens = tf.transpose(rows, [0, 1, 3, 2, 4]).reshape([n, h, w, ph * pw * channels]);
  return linear(tokens, weight);
}

/**
 * Patch split, the inverse order of {@linkcode tokenMerge}: a linear layer, then scattered.
 *
 * @param x [N, h, w, in].
 * @param weight [in, ph·pw·E].
 * @returns [N, h·ph, w·pw, E].
 */
export function tokenSplit(x: Tensor, [ph, pw]: Patch, weight: Tensor): Tensor {
  const [n, h, w] = x.shape as [number, number, number];
  const channels = weight.shape[1]! / (ph * pw);
  const rows = linear(x, weight).reshape([n, h, w, ph, pw * channels]);
  return tf.transpose(rows, [0, 1, 3, 2, 4]).reshape([n, h * ph, w * pw, channels]);
}

/** skip + fac·(x − skip), with the learned `fac` [1]. */
export function skipLerp(x: Tensor, skip: Tensor, fac: Tensor): Tensor {
  return tf.add(skip, tf.mul(tf.sub(x, skip), fac));
}
