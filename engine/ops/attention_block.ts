/** The attention block of a transformer layer. @module */

import { type Tensor, tf } from "../tfjs.ts";
import { cosineAttention } from "./cosine_attention.ts";
import { addLinear, linear } from "./linear.ts";
import { scaledNorm } from "./scaled_norm.ts";

/** Weights and tables of an attention block. */
export interface AttentionBlockTensors {
  /** Scale of the norm [B, d]; B divides N. */
  readonly norm: Tensor;
  /** [d, 3·d], columns (q, k, v; head; channel). */
  readonly qkv: Tensor;
  /** Scale of the logits [heads]. */
  readonly headScale: Tensor;
  /** Cosines of the angles that rotate queries and keys [1, h·w, heads, half]. */
  readonly cos: Tensor;
  /** Sines of the same angles, shaped as `cos`. */
  readonly sin: Tensor;
  /** [d, d]. */
  readonly out: Tensor;
}

/** Options of {@linkcode attentionBlock}. */
export interface AttentionBlockOptions {
  /** Side of the neighborhood; 0 for global attention. */
  readonly kernel: number;
  /** Of the norms. */
  readonly epsilon: number;
  /** Dropout of the attended values [N, h·w, d]. Default none. */
  readonly drop?: (x: Tensor) => Tensor;
}

/**
 * x + W_out·drop(attention(norm(x))).
 *
 * @param x [N, h, w, d].
 * @returns [N, h, w, d].
 */
export function attentionBlock(
  x: Tensor,
  { norm, qkv, headScale, cos, sin, out }: AttentionBlockTensors,
  { kernel, epsilon, drop = (x) => x }: AttentionBlockOptions,
): Tensor {
  return tf.tidy(() => {
    const [images, height, width, channels] = x.shape as [number, number, number, number];
    const [tokens, heads] = [height * width, headScale.shape[0]!];
    const projected = linear(scaledNorm(x, norm, epsilon), qkv);
    const attended = tf.tidy(() =>
      cosineAttention({
        qkv: projected.reshape([images, tokens, 3, heads, channels / heads]),
        scale: headScale,
        cos,
        sin,
      }, { height, width, kernel, epsilon }).reshape([images, tokens, channels])
    );
    return addLinear(x, drop(attended), out);
  });
}
