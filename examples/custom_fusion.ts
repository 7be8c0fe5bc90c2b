/**
 * A fusion of one's own: the darkest frame, band by band, as clouds are bright.
 *
 * @module
 */

import type { Entry, Fusion, Images } from "../mod.ts";
import { tf as tf } from "../engine/mod.ts";

/** Options of {@linkcode darkest}: none. */
export type DarkestOptions = Readonly<Record<never, never>>;

/** The least value of the frames that weigh anything; of all frames where none does. */
export function darkest(_options: DarkestOptions = {}): Fusion {
  return {
    fuse: (images, weights) =>
      tf.tidy(() => {
        if (weights === undefined) return tf.min(images, 1) as Images;
        const blind = tf.lessEqual(tf.max(weights, 1, true), 0);
        const seen = tf.logicalOr(tf.greater(weights, 0), blind);
        const bright = tf.fill(images.shape, Number.MAX_VALUE);
        const everywhere = tf.broadcastTo(seen, images.shape);
        return tf.min(tf.where(everywhere, images, bright), 1) as Images;
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
