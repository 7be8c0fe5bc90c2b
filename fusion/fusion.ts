/**
 * The fusion axis: L images of one place become one, Alg. 2 l. 13.
 *
 * @module
 */

import type { Images, Sequence } from "../engine/mod.ts";

/** L images → one. */
export interface Fusion {
  /**
   * @param images [B, L, H, W, C].
   * @param weights How clear each pixel is, ≥ 0, [B, L, H, W, 1]; default all ones.
   * @returns [B, H, W, C]; the caller owns it.
   */
  fuse(images: Sequence, weights?: Sequence): Images;
}
