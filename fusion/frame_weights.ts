/** Weights of the frames at each pixel, with a positive sum. @module */

import { type Sequence, tf } from "../engine/mod.ts";

/**
 * Returns the given weights [B, L, H, W, 1], or ones. Where all weights of a pixel are 0, its
 * frames get equal weights.
 *
 * @throws {TypeError} If the weights do not match the images.
 */
export function frameWeights(images: Sequence, weights?: Sequence): Sequence {
  const [batch, length, height, width] = images.shape;
  const shape: [number, number, number, number, number] = [batch, length, height, width, 1];
  if (weights === undefined) return tf.ones(shape);
  if (weights.shape.some((size, i) => size !== shape[i])) {
    throw new TypeError(
      `Cannot fuse: weights must be [B, L, H, W, 1] of the images, got [${weights.shape}] ` +
        `for images [${images.shape}]`,
    );
  }
  const unseen = tf.cast(tf.equal(tf.sum(weights, 1, true), tf.scalar(0)), "float32");
  return tf.add(weights, unseen) as Sequence;
}
