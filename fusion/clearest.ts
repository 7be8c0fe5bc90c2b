/** The clearest frame of each pixel. @module */

import type { Entry } from "../core/mod.ts";
import { type Images, tf } from "../engine/mod.ts";
import { frameWeights } from "./frame_weights.ts";
import type { Fusion } from "./fusion.ts";

/** Options of {@linkcode clearest}: none. */
export type ClearestOptions = Readonly<Record<never, never>>;

/** The frame with the greatest weight at each pixel; frames that weigh the same are averaged. */
export function clearest(_options: ClearestOptions = {}): Fusion {
  return {
    fuse: (images, weights) =>
      tf.tidy(() => {
        const w = frameWeights(images, weights);
        const best = tf.cast(tf.greaterEqual(w, tf.max(w, 1, true)), "float32");
        // A cast on webgpu keeps its integers, which a sum over frames cannot read; a product does.
        const chosen = tf.mul(best, tf.scalar(1));
        return tf.div(tf.sum(tf.mul(images, chosen), 1), tf.sum(chosen, 1)) as Images;
      }),
  };
}

/** Catalog entry of {@linkcode clearest}. */
export const clearestEntry: Entry<ClearestOptions, Fusion> = {
  summary: "the clearest frame of each pixel",
  create: clearest,
  checks: {},
  defaults: {},
};
