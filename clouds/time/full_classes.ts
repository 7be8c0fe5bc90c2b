/**
 * Classes of pixels from the scores of blocks of 2×2 pixels, interpolated between their centres.
 *
 * @module
 */

import { CLOUD_CLASSES, MASK_UNKNOWN } from "../classes.ts";
import { SCORES } from "./classifier.ts";

/** Classes in the order of the scores. */
const CLASSES = [
  CLOUD_CLASSES.clear,
  CLOUD_CLASSES.thick,
  CLOUD_CLASSES.thin,
  CLOUD_CLASSES.shadow,
] as const;

/** Share of a pixel's own block along each axis; the nearest other one has the rest. */
const OWN = 0.75;

/** Odds of cloud or shadow against clear ground from which a pixel is flagged. */
export const ODDS = 0.8;

/** Index of the class by the four scores: clear, or else the likeliest of the others. */
function best(
  [s0, s1, s2, s3]: readonly [number, number, number, number],
  odds: number,
): number {
  const top = s1 > s2 ? (s1 > s3 ? 1 : 3) : s2 > s3 ? 2 : 3;
  return Math.exp(s1 - s0) + Math.exp(s2 - s0) + Math.exp(s3 - s0) > odds ? top : 0;
}

/** Classifies every pixel with data; the others are unknown. */
export function fullClasses(
  scores: Float32Array,
  { known, seen, width, height, left, top, odds = ODDS }: {
    /** 1 for blocks with scores. */
    readonly known: Uint8Array;
    /** 1 for pixels with data. */
    readonly seen: Uint8Array;
    /** Columns and rows of pixels. */
    readonly width: number;
    readonly height: number;
    /** Columns and rows of the first blocks that lie before the window: 0 or 1. */
    readonly left: number;
    readonly top: number;
    /** Odds from which a pixel is flagged. Default 0.8. */
    readonly odds?: number;
  },
): Uint8Array {
  const wide = (width + left + 1) >> 1;
  const high = (height + top + 1) >> 1;
  const own = new Uint8Array(known.length);
  for (let i = 0, k = 0; i < own.length; i++, k += SCORES) {
    own[i] = best([scores[k]!, scores[k + 1]!, scores[k + 2]!, scores[k + 3]!], odds);
  }
  const out = new Uint8Array(width * height).fill(MASK_UNKNOWN);
  for (let y = 0, i = 0; y < height; y++) {
    const line = (y + top) >> 1;
    const beside = line + (((y + top) & 1) === 0 ? -1 : 1);
    const other = beside < 0 || beside >= high ? line : beside;
    for (let x = 0; x < width; x++, i++) {
      if (seen[i] === 0) continue;
      const at = (x + left) >> 1;
      const next = at + (((x + left) & 1) === 0 ? -1 : 1);
      const to = next < 0 || next >= wide ? at : next;
      const k0 = line * wide + at;
      // Blocks without data have no scores: the pixel's own block stands for them.
      const near = (k: number) => known[k] === 0 ? k0 : k;
      const k1 = near(line * wide + to);
      const k2 = near(other * wide + at);
      const k3 = near(other * wide + to);
      const kind = own[k0]!;
      if (own[k1] === kind && own[k2] === kind && own[k3] === kind) {
        out[i] = CLASSES[kind]!;
        continue;
      }
      const mix = (c: number) =>
        OWN * (OWN * scores[k0 * SCORES + c]! + (1 - OWN) * scores[k1 * SCORES + c]!) +
        (1 - OWN) * (OWN * scores[k2 * SCORES + c]! + (1 - OWN) * scores[k3 * SCORES + c]!);
      out[i] = CLASSES[best([mix(0), mix(1), mix(2), mix(3)], odds)]!;
    }
  }
  return out;
}
