/** The block of a convolutional network. @module */

import { type Tensor, tf } from "../tfjs.ts";
import { depthwise } from "./depthwise.ts";
import { inBlocks } from "./in_blocks.ts";
import { addLinear, linear } from "./linear.ts";
import { rmsNormalize } from "./rms_normalize.ts";

/** Weights of a block. The norm has no scale of its own: the kernel scales its channels. */
export interface ConvolutionTensors {
  /** One kernel per channel, [k, k, d]. */
  readonly kernel: Tensor;
  /** [d, 2·dFf]: two factors of the gate. */
  readonly up: Tensor;
  /** [dFf, d]. */
  readonly down: Tensor;
}

/** Options of {@linkcode convolutionBlock}. */
export interface ConvolutionBlockOptions {
  /** Of the norm. */
  readonly epsilon: number;
}

/**
 * x + W_down·(a ⊙ b), [a, b] = W_up·(kernel ∗ x/rms(x)): each channel is convolved by itself, then a
 * product of two linear maps mixes channels, without an activation (NAFNet's gate).
 *
 * @param x [N, h, w, d].
 * @returns [N, h, w, d].
 */
export function convolutionBlock(
  x: Tensor,
  { kernel, up, down }: ConvolutionTensors,
  { epsilon }: ConvolutionBlockOptions,
): Tensor {
  return tf.tidy(() => {
    const width = x.shape.at(-1)!;
    const around = depthwise(rmsNormalize(x, epsilon), kernel).reshape([-1, width]);
    const residual = x.reshape([-1, width]);
    const rows = residual.shape[0]!;
    const y = inBlocks(around, up.shape[1]!, (block, first) => {
      const [a, b] = tf.split(linear(block, up), 2, -1) as [Tensor, Tensor];
      const size = block.shape[0]!;
      const kept = size === rows ? residual : tf.slice(residual, [first, 0], [size, width]);
      return addLinear(kept, tf.mul(a, b), down);
    });
    return y.reshape(x.shape);
  });
}
