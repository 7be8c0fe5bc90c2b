/**
 * Filters of flags (1 or 0 per pixel) over square windows.
 *
 * @module
 */

import { MARK } from "./pixel_tests.ts";
import { windowSums } from "./window_sums.ts";

/** Size of a plane of pixels, with a buffer that every filter reuses. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  /** Overwritten by each filter, [height, width]. */
  readonly scratch: Int32Array;
}

/** Counts the flags in the square window around each pixel, into the scratch buffer. */
export function countFlags(flags: Uint8Array, plane: Plane, radius: number): Int32Array {
  return windowSums(flags, { ...plane, radius }, plane.scratch);
}

/**
 * Keeps the flags in whose window at most `share` of all pixels are not flagged. Pixels outside of
 * the raster and empty pixels do not count against a flag.
 */
export function withoutSpecks(
  flags: Uint8Array,
  marks: Uint8Array,
  { radius, share, ...plane }: Plane & { readonly radius: number; readonly share: number },
): Uint8Array {
  const out = new Uint8Array(flags.length);
  for (let i = 0; i < flags.length; i++) {
    out[i] = flags[i] === 0 && (marks[i]! & MARK.empty) === 0 ? 1 : 0;
  }
  const others = countFlags(out, plane, radius);
  const most = Math.floor(share * (2 * radius + 1) ** 2);
  for (let i = 0; i < flags.length; i++) out[i] = flags[i] === 1 && others[i]! <= most ? 1 : 0;
  return out;
}

/** Sets every pixel in whose window more than half of the flags are set, in place. */
export function fillHoles(flags: Uint8Array, plane: Plane, radius: number): void {
  const counts = countFlags(flags, plane, radius);
  const half = (2 * radius + 1) ** 2 / 2;
  for (let i = 0; i < flags.length; i++) if (counts[i]! > half) flags[i] = 1;
}
