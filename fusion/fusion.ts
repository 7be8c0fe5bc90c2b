/**
 * The fusion axis: L images of one site become one, Alg. 2 l. 13.
 *
 * @module
 */

import type { Images, Sequence } from "../engine/mod.ts";

/** Combines L images into one. */
export interface Fusion {
  /**
   * Fuses the frames of each sample.
   *
   * @param images [B, L, H, W, C].
   * @param weights Clearness of each pixel, ≥ 0, [B, L, H, W, 1]; default all ones.
   * @returns [B, H, W, C]; the caller owns it.
   */
  fuse(images: Sequence, weights?: Sequence): Images;
}
