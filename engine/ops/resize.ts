/** Bilinear resize as two matrix products, with its exact gradient on every engine. @module */

import { type Tensor, type Tensor2D, type Tensor3D, tf } from "../tfjs.ts";

/** [from, to] weights of bilinear interpolation with half-pixel centres and clamped edges. */
function interpolation(from: number, to: number): Tensor2D {
  const weights = new Float32Array(from * to);
  for (let i = 0; i < to; i++) {
    const position = Math.max(0, (i + 0.5) * from / to - 0.5);
    const low = Math.min(from - 1, Math.floor(position));
    const high = Math.min(from - 1, low + 1);
    const fraction = position - low;
    weights[low * to + i]! += 1 - fraction;
    weights[high * to + i]! += fraction;
  }
  return tf.tensor2d(weights, [from, to]);
}

/**
 * Bilinear resize of planes, half-pixel centres, edges clamped.
 *
 * Replaces `tf.image.resizeBilinear`, whose gradient is wrong with half-pixel centres.
 *
 * @param x [N, h, w].
 * @returns [N, height, width].
 */
export function resizeBilinear(
  x: Tensor,
  { height, width }: { readonly height: number; readonly width: number },
): Tensor3D {
  const [n, h, w] = x.shape as [number, number, number];
  if (h === height && w === width) return x as Tensor3D;
  const wide = tf.matMul(x.reshape([n * h, w]) as Tensor2D, interpolation(w, width));
  const turned = tf.transpose(wide.reshape([n, h, width]), [0, 2, 1]);
  const high = tf.matMul(turned.reshape([n * width, h]) as Tensor2D, interpolation(h, height));
  return tf.transpose(high.reshape([n, width, height]), [0, 2, 1]) as Tensor3D;
}
