/**
 * Contrast: the standard deviation of what remains of a band after its local mean is removed.
 *
 * @module
 */

import type { RegionBits } from "./weave.ts";

/** Pixels on either side of the centre of the window of the local mean, 5×5. */
const RADIUS = 2;
const SIDE = 2 * RADIUS + 1;

/** Fewest pixels of a region for a standard deviation. */
const LEAST_PIXELS = 64;

/** Regions that hold the whole window of each pixel. */
function windowBits({ height, width, bits }: RegionBits): Int32Array {
  const across = new Int32Array(bits.length);
  for (let y = 0; y < height; y++) {
    for (let x = RADIUS; x < width - RADIUS; x++) {
      let inside = -1;
      const from = y * width + x;
      for (let i = from - RADIUS; i <= from + RADIUS; i++) inside &= bits[i]!;
      across[from] = inside;
    }
  }
  const out = new Int32Array(bits.length);
  for (let y = RADIUS; y < height - RADIUS; y++) {
    for (let x = RADIUS; x < width - RADIUS; x++) {
      let inside = -1;
      for (let row = y - RADIUS; row <= y + RADIUS; row++) inside &= across[row * width + x]!;
      out[y * width + x] = inside;
    }
  }
  return out;
}

/**
 * Creates a function that measures the contrast of a band [H, W]: the standard deviation of the band minus
 * its 5×5 mean in each region, over the pixels whose window lies inside it; NaN for fewer than 64 of them.
 */
export function contrastMeter(size: RegionBits): (band: Float32Array) => Float64Array {
  const { height, width, regions } = size;
  const inside = windowBits(size);
  const across = new Float64Array(height * width);
  return (band) => {
    for (let y = 0; y < height; y++) {
      for (let i = y * width + RADIUS; i < (y + 1) * width - RADIUS; i++) {
        across[i] = band[i - 2]! + band[i - 1]! + band[i]! + band[i + 1]! + band[i + 2]!;
      }
    }
    const [counts, sums, squares] = [0, 1, 2].map(() => new Float64Array(regions));
    for (let i = RADIUS * width; i < (height - RADIUS) * width; i++) {
      const own = inside[i]!;
      if (own === 0) continue;
      let sum = 0;
      for (let k = -RADIUS; k <= RADIUS; k++) sum += across[i + k * width]!;
      const rest = band[i]! - sum / SIDE ** 2;
      for (let g = 0; g < regions; g++) {
        if ((own >> g & 1) === 0) continue;
        counts![g]!++;
        sums![g]! += rest;
        squares![g]! += rest * rest;
      }
    }
    return counts!.map((count, g) =>
      count < LEAST_PIXELS
        ? NaN
        : Math.sqrt(Math.max(squares![g]! / count - (sums![g]! / count) ** 2, 0))
    );
  };
}
