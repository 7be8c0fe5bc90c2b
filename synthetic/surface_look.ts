/**
 * The look of one processing level from another: L1C ≈ a + b·L2A in each band, where a grows and b falls
 * with the air between ground and satellite. The ranges were fitted on places with both products.
 *
 * @module
 */

import { normalizeBand, type Rng } from "../core/mod.ts";

/** Least and largest a in DN (reflectance × 10000), and of b. */
const LINES: Readonly<Record<string, readonly [number, number, number, number]>> = {
  B01: [1000, 1500, 0.52, 0.6],
  B02: [740, 1100, 0.59, 0.67],
  B03: [480, 650, 0.63, 0.71],
  B04: [280, 390, 0.75, 0.81],
  B05: [240, 370, 0.73, 0.78],
  B06: [225, 375, 0.79, 0.84],
  B07: [200, 355, 0.84, 0.9],
  B08: [165, 305, 0.8, 0.84],
  B8A: [155, 315, 0.88, 0.93],
  B09: [90, 255, 0.17, 0.26],
  B11: [25, 110, 0.89, 0.91],
  B12: [10, 75, 0.83, 0.84],
};

/** L2A = gain·L1C + offset of one band, in DN. */
export interface SurfaceLine {
  /** Factor of the values. */
  readonly gain: number;
  /** Added to the values. */
  readonly offset: number;
}

/** Variation of b at a given amount of air, as a share of its range. */
const SPREAD = 0.15;

/**
 * Draws the air over a scene and returns the line that removes it for each band.
 *
 * @throws {RangeError} If a band has no line: B10, which L2A products lack, and bands of other sensors.
 */
export function surfaceLines(bands: readonly string[], rng: Rng): readonly SurfaceLine[] {
  const air = rng.uniform(0);
  const clearness = Math.min(Math.max(1 - air + SPREAD * (2 * rng.uniform(1) - 1), 0), 1);
  return bands.map((band) => {
    const line = LINES[normalizeBand(band)];
    if (line === undefined) {
      throw new RangeError(`Cannot give ${band} an L2A look: it must be a band of L2A products`);
    }
    const [leastA, mostA, leastB, mostB] = line;
    const a = leastA + (mostA - leastA) * air;
    const b = leastB + (mostB - leastB) * clearness;
    return { gain: 1 / b, offset: -a / b };
  });
}
