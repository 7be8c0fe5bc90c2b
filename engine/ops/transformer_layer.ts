/** A whole transformer layer: attention block, then feed-forward block. @module */

import type { Tensor } from "../tfjs.ts";
import { attentionBlock, type AttentionBlockTensors } from "./attention_block.ts";
import { feedForwardBlock, type FeedForwardTensors } from "./feed_forward_block.ts";
import { fused } from "./fused.ts";

/**
 * Name of the kernel, whose inputs are x, attentionNorm, qkv, headScale, cos, sin, out,
 * feedForwardNorm, up and down.
 */
export const TRANSFORMER_LAYER = "TransformerLayer";

/** Weights and tables of a layer. */
export interface LayerTensors {
  /** Tensors of the attention block, which comes first. */
  readonly attention: AttentionBlockTensors;
  /** Tensors of the feed-forward block. */
  readonly feedForward: FeedForwardTensors;
}

/** Attributes of the kernel. */
export interface LayerAttrs {
  /** Side of the neighborhood; 0 for global attention. */
  readonly kernel: number;
  /** Of the norms. */
  readonly epsilon: number;
}

/** Options of {@linkcode transformerLayer}. */
export interface LayerOptions extends LayerAttrs {
  /** Dropout in the two blocks, which no kernel has. Default none. */
  readonly drop?: {
    attention(x: Tensor): Tensor;
    feedForward(x: Tensor, first: number): Tensor;
  };
}

/**
 * y = x + attention(x), then y + feedForward(y), as one kernel where the engine has it for inputs of
 * this size.
 *
 * @param x [N, h, w, d].
 * @returns [N, h, w, d].
 */
export function transformerLayer(
  x: Tensor,
  { attention, feedForward }: LayerTensors,
  { kernel, epsilon, drop }: LayerOptions,
): Tensor {
  const composed = () =>
    feedForwardBlock(
      attentionBlock(x, attention, {
        kernel,
        epsilon,
        ...(drop !== undefined && { drop: (x) => drop.attention(x) }),
      }),
      feedForward,
      {
        epsilon,
        ...(drop !== undefined && { drop: (x, first) => drop.feedForward(x, first) }),
      },
    );
  if (drop !== undefined) return composed();
  const { norm: attentionNorm, ...projections } = attention;
  const { norm: feedForwardNorm, up, down } = feedForward;
  return fused(
    { name: TRANSFORMER_LAYER, attrs: { kernel, epsilon }, composed },
    { x, attentionNorm, ...projections, feedForwardNorm, up, down },
  );
}
