/**
 * Steps across the edge of a cloud mask, between a clear pixel and a hidden one.
 *
 * @module
 */

import type { RegionBits } from "./weave.ts";

/** Fewest pairs of a region for a mean step. */
const LEAST_PAIRS = 16;

/** Cloud mask of an image; a pixel may be neither clear nor hidden. */
export interface MaskEdge {
  /** [H, W], nonzero where the ground is hidden. */
  readonly hidden: ArrayLike<number>;
  /** [H, W], nonzero where it is clear. */
  readonly clear: ArrayLike<number>;
}

/**
 * Creates a function that measures the mean absolute difference of a band [H, W] between neighbours, one
 * clear and one hidden, of which a region holds at least one; NaN for fewer than 16 such pairs.
 */
export function edgeMeter(
  { height, width, bits, regions }: RegionBits,
  edge: MaskEdge | undefined,
): (band: Float32Array) => Float64Array {
  const pairs: number[] = [];
  if (edge !== undefined) {
    const { hidden, clear } = edge;
    const meet = (a: number, b: number) =>
      (hidden[a] !== 0 && clear[b] !== 0) || (clear[a] !== 0 && hidden[b] !== 0);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (x + 1 < width && meet(i, i + 1)) pairs.push(i, i + 1);
        if (y + 1 < height && meet(i, i + width)) pairs.push(i, i + width);
      }
    }
  }
  return (band) => {
    const [counts, sums] = [new Float64Array(regions), new Float64Array(regions)];
    for (let k = 0; k < pairs.length; k += 2) {
      const [a, b] = [pairs[k]!, pairs[k + 1]!];
      const own = bits[a]! | bits[b]!;
      const step = Math.abs(band[a]! - band[b]!);
      for (let g = 0; g < regions; g++) {
        if ((own >> g & 1) === 0) continue;
        counts[g]!++;
        sums[g]! += step;
      }
    }
    return sums.map((sum, g) => counts[g]! < LEAST_PAIRS ? NaN : sum / counts[g]!);
  };
}
