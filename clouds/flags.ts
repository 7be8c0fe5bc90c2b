/**
 * Planes of flags, 1 or 0 a pixel, cleaned over square windows.
 *
 * @module
 */

import { MARK } from "./pixel_tests.ts";
import { windowSums } from "./window_sums.ts";

/** The size of planes, and one that is written over and over. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly scratch: Int32Array;
}

/** How many flags are set in the square window around each pixel; the result is the scratch plane. */
export function countFlags(flags: Uint8Array, plane: Plane, radius: number): Int32Array {
  return windowSums(flags, { ...plane, radius }, plane.scratch);
}

/**
 * The flags in whose window at most `share` of all pixels is not flagged. What lies outside of the
 * raster or is empty does not count against a flag.
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

/** Sets, in place, the pixels of whose whole window more than half is set. */
export function fillHoles(flags: Uint8Array, plane: Plane, radius: number): void {
  const counts = countFlags(flags, plane, radius);
  const half = (2 * radius + 1) ** 2 / 2;
  for (let i = 0; i < flags.length; i++) if (counts[i]! > half) flags[i] = 1;
}
