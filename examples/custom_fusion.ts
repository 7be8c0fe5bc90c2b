/**
 * A custom fusion: the darkest frame of each pixel and band, because clouds are bright.
 *
 * @module
 */

import type { Entry, Fusion, Images } from "../mod.ts";
import { tf as tf } from "../engine/mod.ts";

/** Options of {@linkcode darkest}: there are none. */
export type DarkestOptions = Readonly<Record<never, never>>;

/** Minimum over the frames with a weight above 0, or over all frames if there is none. */
export function darkest(_options: DarkestOptions = {}): Fusion {
  return {
    fuse: (images, weights) =>
      tf.tidy(() => {
        if (weights === undefined) return tf.min(images, 1) as Images;
        const unweighted = tf.lessEqual(tf.max(weights, 1, true), 0);
        const used = tf.logicalOr(tf.greater(weights, 0), unweighted);
        const bright = tf.fill(images.shape, Number.MAX_VALUE);
        const usedValues = tf.broadcastTo(used, images.shape);
        return tf.min(tf.where(usedValues, images, bright), 1) as Images;
      }),
  };
}

/** Catalog entry of {@linkcode darkest}. */
export const darkestEntry: Entry<DarkestOptions, Fusion> = {
  summary: "the darkest frame of each pixel and band",
  create: darkest,
  checks: {},
  defaults: {},
};
