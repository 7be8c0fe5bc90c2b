/** The mask-weighted collapse of L frames, Eq. 12. @module */

import { type Images, type Sequence, type Tensor5D, tf } from "../engine/mod.ts";

/**
 * Σ_l masks[g, l] ⊙ x[l, channel group g]: head g of the masks weights the g-th contiguous group
 * of channels.
 *
 * @param x [B, L, H, W, C]; C is a multiple of G.
 * @param masks [G, B, L, H, W].
 * @returns [B, H, W, C].
 * @throws {TypeError} If the shapes do not match.
 */
export function collapse(x: Sequence, masks: Tensor5D): Images {
  const [batch, length, height, width, channels] = x.shape;
  const groups = masks.shape[0];
  const wanted = [groups, batch, length, height, width];
  if (channels % groups !== 0 || masks.shape.some((size, i) => size !== wanted[i])) {
    throw new TypeError(
      `Cannot collapse frames: masks must be [G, B, L, H, W] with G dividing the channels, ` +
        `got masks [${masks.shape}] for images [${x.shape}]`,
    );
  }
  const pixels = height * width;
  const grouped = x.reshape([batch, length, pixels, groups, channels / groups]);
  const perPixel = tf.transpose(masks.reshape([groups, batch, length, pixels]), [1, 2, 3, 0])
    .reshape([batch, length, pixels, groups, 1]);
  return tf.sum(tf.mul(grouped, perPixel), 1).reshape([batch, height, width, channels]) as Images;
}
