/**
 * Simple cloud rule of brightness and band ratios, without learning, to score cloudiness and to
 * choose the clearest date. It misses thin haze, and mistakes bright white roofs and sand for
 * cloud.
 *
 * @module
 */

import { normalizeBand, type Raster, reflectanceScaleOf } from "../core/mod.ts";

/** Options of {@linkcode cloudMask}. */
export interface CloudRuleOptions {
  /** Score from which a pixel counts as cloud. Default 0.25. */
  readonly threshold?: number;
}

const THRESHOLD = 0.25;

/** Maps `low` to 0 and `high` to 1, clamped; `low` may be larger than `high`. */
function rescale(value: number, low: number, high: number): number {
  return Math.min(Math.max((value - low) / (high - low), 0), 1);
}

/**
 * Scores the cloudiness of each pixel, in [0, 1]. The score is the minimum of
 *
 * - blue, B02 from 0.13 to 0.35: clouds are bright where land is dark;
 * - brightness, B02 + B03 + B04 from 0.40 to 1.05;
 * - whiteness, B02/B04 from 0.65 to 0.90: soil and roofs are redder than clouds;
 * - absence of snow, with B11: (B03 − B11)/(B03 + B11) from 0.85 down to 0.65;
 *
 * or, if higher, the score of cirrus, with B10: B10 from 0.012 to 0.06.
 *
 * @param raster Raster with B02, B03 and B04; further bands are allowed.
 * @returns [height, width].
 * @throws {RangeError} If a visible band is missing.
 */
export function cloudScore(raster: Raster): Float32Array {
  const names = raster.bands.map(normalizeBand);
  const [blue, green, red, cirrus, shortWave] = ["B02", "B03", "B04", "B10", "B11"]
    .map((name) => names.indexOf(name)) as [number, number, number, number, number];
  if (blue < 0 || green < 0 || red < 0) {
    throw new RangeError(
      `Cannot detect clouds: the raster must have B02, B03 and B04, got ${raster.bands.join(", ")}`,
    );
  }
  const bands = names.length;
  const scale = reflectanceScaleOf(raster);
  const score = new Float32Array(raster.width * raster.height);
  for (let i = 0; i < score.length; i++) {
    const at = (band: number) => raster.data[i * bands + band]! / scale;
    const [b, g, r] = [at(blue), at(green), at(red)];
    let value = Math.min(
      rescale(b, 0.13, 0.35),
      rescale(b + g + r, 0.4, 1.05),
      rescale(b / Math.max(r, 1e-6), 0.65, 0.9),
    );
    if (shortWave >= 0) {
      const snow = (g - at(shortWave)) / Math.max(g + at(shortWave), 1e-6);
      value = Math.min(value, rescale(snow, 0.85, 0.65));
    }
    if (cirrus >= 0) value = Math.max(value, rescale(at(cirrus), 0.012, 0.06));
    score[i] = value;
  }
  return score;
}

/**
 * Masks the pixels whose {@linkcode cloudScore} reaches the threshold.
 *
 * @returns [height, width]: 1 cloud, 0 clear.
 * @throws {RangeError} If a visible band is missing.
 */
export function cloudMask(
  raster: Raster,
  { threshold = THRESHOLD }: CloudRuleOptions = {},
): Uint8Array {
  return Uint8Array.from(cloudScore(raster), (value) => value >= threshold ? 1 : 0);
}
