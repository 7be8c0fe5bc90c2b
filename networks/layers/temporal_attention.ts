/**
 * Temporal fusion self-attention, TFSA: self-attention over the frames of each position (Sec. 3.3;
 * docs/networks.md, "Temporal attention (TFSA)").
 *
 * @module
 */

import { collapse } from "../../fusion/mod.ts";
import { linear, type Tensor, type Tensor5D, tf } from "../../engine/mod.ts";
import type { TensorSpec } from "../network.ts";
import { type BlockContext, dropIn } from "./block.ts";
import { adaRmsNorm } from "./norm.ts";
import { biasSpec, linearSpec, normalSpec } from "./specs.ts";

/** Fused features and their attention masks. */
interface TemporalFusion {
  /** [B, h, w, d]. */
  readonly fused: Tensor;
  /** [heads, B, L, h, w]; sums to 1 over L. */
  readonly masks: Tensor5D;
}

/**
 * Learned queries weight the frames of each position; every head collapses its own channels. As in the
 * authors' weights, V is the conditioned, normalized X (the paper writes V = X), K has a bias, and there
 * is no residual.
 *
 * @param x [B, L, h, w, d].
 */
export function temporalAttention(
  x: Tensor,
  block: BlockContext,
): TemporalFusion {
  const { cond, at } = block;
  const [batch, length, height, width, channels] = x.shape as [
    number,
    number,
    number,
    number,
    number,
  ];
  const queries = at("Q");
  const [heads, dK] = queries.shape as [number, number];
  const values = adaRmsNorm(
    x.reshape([batch, length * height, width, channels]),
    cond,
    at("norm.linear.weight"),
  );
  const keys = linear(values, at("fc1_k.weight"), at("fc1_k.bias"))
    .reshape([batch * length * height * width, heads, dK]);
  const logits = tf.mul(
    tf.sum(tf.mul(keys, tf.expandDims(queries, 0)), -1),
    tf.scalar(1 / Math.sqrt(dK)),
  );
  // [B, L, hw, heads] → [heads, B, hw, L] for the softmax over frames → [heads, B, L, hw]
  const byFrame = tf.transpose(
    logits.reshape([batch, length, height * width, heads]),
    [3, 0, 2, 1],
  );
  const masks = tf.transpose(tf.softmax(byFrame), [0, 1, 3, 2])
    .reshape([heads, batch, length, height, width]) as Tensor5D;
  const collapsed = collapse(values.reshape(x.shape) as Tensor5D, masks);
  const fused = linear(dropIn(block)(collapsed), at("out_proj.weight"));
  return { fused, masks };
}

/** Tensors of {@linkcode temporalAttention}. */
export function temporalAttentionSpecs(
  prefix: string,
  { width, heads, dK, condWidth }: {
    readonly width: number;
    readonly heads: number;
    readonly dK: number;
    readonly condWidth: number;
  },
): TensorSpec[] {
  return [
    normalSpec(`${prefix}.Q`, { shape: [heads, dK], std: Math.sqrt(2 / dK), role: "param" }),
    linearSpec(`${prefix}.norm.linear.weight`, { inputs: condWidth, outputs: width, zero: true }),
    linearSpec(`${prefix}.fc1_k.weight`, { inputs: width, outputs: heads * dK }),
    biasSpec(`${prefix}.fc1_k.bias`, { inputs: width, outputs: heads * dK }),
    linearSpec(`${prefix}.out_proj.weight`, { inputs: width, outputs: width, zero: true }),
  ];
}
