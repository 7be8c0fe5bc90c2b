/** Clearest frame at each pixel. @module */

import type { Entry } from "../core/mod.ts";
import { type Images, tf } from "../engine/mod.ts";
import { frameWeights } from "./frame_weights.ts";
import type { Fusion } from "./fusion.ts";

/** Options of {@linkcode clearest}: none. */
export type ClearestOptions = Readonly<Record<never, never>>;

/** Takes the frame with the greatest weight at each pixel and averages ties. */
export function clearest(_options: ClearestOptions = {}): Fusion {
  return {
    fuse: (images, weights) =>
      tf.tidy(() => {
        const w = frameWeights(images, weights);
        const best = tf.cast(tf.greaterEqual(w, tf.max(w, 1, true)), "float32");
        // On webgpu a cast keeps integers, which a sum over frames cannot read; a product is float.
        const chosen = tf.mul(best, tf.scalar(1));
        return tf.div(tf.sum(tf.mul(images, chosen), 1), tf.sum(chosen, 1)) as Images;
      }),
  };
}

/** Catalog entry of {@linkcode clearest}. */
export const clearestEntry: Entry<ClearestOptions, Fusion> = {
  summary: "clearest frame at each pixel",
  create: clearest,
  checks: {},
  defaults: {},
};
