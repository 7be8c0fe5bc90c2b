/** The feed-forward block of a transformer layer. @module */

import { type Tensor, tf } from "../tfjs.ts";
import { geglu } from "./gated_gelu.ts";
import { inBlocks } from "./in_blocks.ts";
import { addLinear } from "./linear.ts";
import { scaledNorm } from "./scaled_norm.ts";

/** Weights of a feed-forward block. */
export interface FeedForwardTensors {
  /** Scale of the norm [B, d]; B divides N. */
  readonly norm: Tensor;
  /** [d, 2·dFf], values before gates. */
  readonly up: Tensor;
  /** [dFf, d]. */
  readonly down: Tensor;
}

/** Options of {@linkcode feedForwardBlock}. */
export interface FeedForwardOptions {
  /** Of the norm. */
  readonly epsilon: number;
  /** Dropout of the hidden features [rows, dFf] of the tokens from `first` on. Default none. */
  readonly drop?: (x: Tensor, first: number) => Tensor;
}

/**
 * x + W_down·drop(GEGLU(W_up·norm(x))), in blocks of tokens.
 *
 * @param x [N, h, w, d].
 * @returns [N, h, w, d].
 */
export function feedForwardBlock(
  x: Tensor,
  { norm, up, down }: FeedForwardTensors,
  { epsilon, drop = (x) => x }: FeedForwardOptions,
): Tensor {
  return tf.tidy(() => {
    const width = x.shape.at(-1)!;
    const tokens = scaledNorm(x, norm, epsilon).reshape([-1, width]);
    const residual = x.reshape([-1, width]);
    const rows = residual.shape[0]!;
    const y = inBlocks(tokens, up.shape[1]!, (block, first) => {
      const hidden = drop(tf.tidy(() => geglu(block, up)), first);
      const size = block.shape[0]!;
      const kept = size === rows ? residual : tf.slice(residual, [first, 0], [size, width]);
      return addLinear(kept, hidden, down);
    });
    return y.reshape(x.shape);
  });
}
