/** Patches to tokens and back (spec §4.1). @module */

import {
  interpolate,
  mergeTokens,
  type Patch,
  splitTokens,
  type Tensor,
} from "../../engine/mod.ts";

export type { Patch };

/**
 * Patch merge: feature (a·pw + b)·E + e of a token is channel e at row a, column b of its patch;
 * then a linear layer.
 *
 * @param x [N, H, W, E].
 * @param weight [ph·pw·E, out].
 * @returns [N, H/ph, W/pw, out].
 */
export function tokenMerge(x: Tensor, patch: Patch, weight: Tensor): Tensor {
  return mergeTokens(x, patch, weight);
}

/**
 * Patch split, the inverse order of {@linkcode tokenMerge}: a linear layer, then scattered.
 *
 * @param x [N, h, w, in].
 * @param weight [in, ph·pw·E].
 * @returns [N, h·ph, w·pw, E].
 */
export function tokenSplit(x: Tensor, patch: Patch, weight: Tensor): Tensor {
  return splitTokens(x, patch, weight);
}

/** skip + fac·(x − skip), with the learned `fac` [1]. */
export function skipLerp(x: Tensor, skip: Tensor, fac: Tensor): Tensor {
  return interpolate(x, skip, fac);
}
