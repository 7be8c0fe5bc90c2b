/** Token merge and split, each with its linear layer (docs/networks.md, "Token merge and split"). @module */

import { type Tensor, type Tensor2D, tf } from "../tfjs.ts";
import { fused } from "./fused.ts";

/** Height and width of a patch in pixels. */
export type Patch = readonly [number, number];

/** [N, H, W, E] → [N·h·w, ph·pw·E]: feature (a·pw + b)·E + e is channel e at (a, b) of its patch. */
function toRows(x: Tensor, [ph, pw]: Patch): Tensor2D {
  const [n, height, width, channels] = x.shape as [number, number, number, number];
  const [h, w] = [height / ph, width / pw];
  const rows = tf.transpose(x.reshape([n, h, ph, w, pw * channels]), [0, 1, 3, 2, 4]);
  return rows.reshape([n * h * w, ph * pw * channels]) as Tensor2D;
}

/** The inverse of {@linkcode toRows}: rows of tokens [N, h, w] to an image. */
function fromRows(rows: Tensor, [ph, pw]: Patch, [n, h, w]: readonly number[]): Tensor {
  const channels = rows.shape[1]! / (ph * pw);
  const patches = tf.transpose(rows.reshape([n!, h!, w!, ph, pw * channels]), [0, 1, 3, 2, 4]);
  return patches.reshape([n!, h! * ph, w! * pw, channels]);
}

/**
 * Merges patches into tokens, then applies a linear layer. Feature (a·pw + b)·E + e of a patch is channel
 * e at its row a and column b.
 *
 * @param x [N, H, W, E].
 * @param weight [ph·pw·E, out].
 * @returns [N, H/ph, W/pw, out].
 */
export function mergeTokens(x: Tensor, patch: Patch, weight: Tensor): Tensor {
  const [n, height, width] = x.shape as [number, number, number];
  const grid = [n, height / patch[0], width / patch[1]];
  return fused({
    name: "MergeTokens",
    attrs: { patch },
    composed: (x, weight) =>
      tf.matMul(toRows(x!, patch), weight as Tensor2D).reshape([...grid, weight!.shape[1]!]),
    gradient: (dy, [x, weight]) => {
      const rows = dy.reshape([-1, weight!.shape[1]!]) as Tensor2D;
      return [
        fromRows(tf.matMul(rows, weight as Tensor2D, false, true), patch, grid),
        tf.matMul(toRows(x!, patch), rows, true, false),
      ];
    },
  }, [x, weight]);
}

/**
 * Applies a linear layer, then splits tokens into patches in the order of {@linkcode mergeTokens}.
 *
 * @param x [N, h, w, in].
 * @param weight [in, ph·pw·E].
 * @returns [N, h·ph, w·pw, E].
 */
export function splitTokens(x: Tensor, patch: Patch, weight: Tensor): Tensor {
  const grid = x.shape.slice(0, 3);
  const flat = (tokens: Tensor) => tokens.reshape([-1, weight.shape[0]!]) as Tensor2D;
  return fused({
    name: "SplitTokens",
    attrs: { patch },
    composed: (x, weight) => fromRows(tf.matMul(flat(x!), weight as Tensor2D), patch, grid),
    gradient: (dy, [x, weight]) => {
      const rows = toRows(dy, patch);
      return [
        tf.matMul(rows, weight as Tensor2D, false, true).reshape(x!.shape),
        tf.matMul(flat(x!), rows, true, false),
      ];
    },
  }, [x, weight]);
}

/**
 * skip + factor·(x − skip).
 *
 * @param factor [1].
 */
export function interpolate(x: Tensor, skip: Tensor, factor: Tensor): Tensor {
  return fused({
    name: "Interpolate",
    composed: (x, skip, factor) => tf.add(skip!, tf.mul(tf.sub(x!, skip!), factor!)),
    gradient: (dy, [x, skip, factor]) => {
      const dx = tf.mul(dy, factor!);
      const difference = tf.mul(dy, tf.sub(x!, skip!));
      return [dx, tf.sub(dy, dx), tf.sum(difference).reshape([1])];
    },
  }, [x, skip, factor]);
}
