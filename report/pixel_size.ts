/**
 * Ground size of a pixel.
 *
 * @module
 */

import type { Scene } from "../restoration/mod.ts";

const METRES_PER_DEGREE = 111_320;

/** Ground size of a pixel in metres; 10 (Sentinel-2) without a transform. */
export function pixelSizeOf({ transform }: Scene["grid"]): number {
  if (transform === undefined) return 10;
  const side = Math.hypot(transform[1], transform[4]);
  return side < 0.02 ? side * METRES_PER_DEGREE : side;
}
