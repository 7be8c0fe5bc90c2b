/** The mean over frames, Alg. 2 l. 13. @module */

import type { Entry } from "../core/mod.ts";
import { type Images, tf } from "../engine/mod.ts";
import type { Fusion } from "./fusion.ts";
import { frameWeights } from "./frame_weights.ts";

/** Options of {@linkcode mean}: none. */
export type MeanOptions = Readonly<Record<never, never>>;

/** Σ w·x / Σ w over the frames. */
export function mean(_options: MeanOptions = {}): Fusion {
  return {
    fuse: (images, weights) =>
      tf.tidy(() => {
        const w = frameWeights(images, weights);
        return tf.div(tf.sum(tf.mul(images, w), 1), tf.sum(w, 1)) as Images;
      }),
  };
}

/** Catalog entry of {@linkcode mean}. */
export const meanEntry: Entry<MeanOptions, Fusion> = {
  summary: "mean over frames, weighted by clearness where known",
  create: mean,
  checks: {},
  defaults: {},
};
