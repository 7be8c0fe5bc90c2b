/** The median over frames. @module */

import type { Entry } from "../core/mod.ts";
import { type Images, type Tensor, tf } from "../engine/mod.ts";
import { frameWeights } from "./frame_weights.ts";
import type { Fusion } from "./fusion.ts";

/** Options of {@linkcode median}: none. */
export type MedianOptions = Readonly<Record<never, never>>;

/** Relative difference of costs that is rounding of float32 sums: such costs count as equal. */
const TIE = 1e-5;

/** Larger than any value of an image, yet finite, so that 0 times it is 0. */
const BEYOND = 1e30;

/**
 * Weighted median of each pixel and band: the frame value x that minimizes Σ_l w_l·|x − x_l|. If
 * several do, the midpoint of the smallest and the largest, as for the median of an even count.
 */
export function median(_options: MedianOptions = {}): Fusion {
  return {
    fuse: (images, weights) =>
      tf.tidy(() => {
        const w = frameWeights(images, weights);
        const frames = tf.split(images as Tensor, images.shape[1], 1);
        const costs = frames.map((candidate) =>
          tf.sum(tf.mul(w, tf.abs(tf.sub(images, candidate))), 1, true)
        );
        const all = tf.concat(costs, 1);
        const least = tf.mul(tf.min(all, 1, true), tf.scalar(1 + TIE));
        // A frame of weight 0 must not be chosen.
        const seen = tf.cast(tf.greater(w, tf.scalar(0)), "float32");
        const chosen = tf.mul(tf.cast(tf.lessEqual(all, least), "float32"), seen);
        const some = tf.cast(tf.equal(tf.sum(chosen, 1, true), tf.scalar(0)), "float32");
        const share = tf.add(chosen, tf.mul(some, seen));
        const chosenImages = tf.mul(images, share);
        const rest = tf.mul(tf.sub(tf.scalar(1), share), tf.scalar(BEYOND));
        const low = tf.min(tf.add(chosenImages, rest), 1);
        const high = tf.max(tf.sub(chosenImages, rest), 1);
        return tf.mul(tf.add(low, high), tf.scalar(0.5)) as Images;
      }),
  };
}

/** Catalog entry of {@linkcode median}. */
export const medianEntry: Entry<MedianOptions, Fusion> = {
  summary: "median over frames, weighted by clearness where known",
  create: median,
  checks: {},
  defaults: {},
};
