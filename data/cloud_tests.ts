/**
 * The detector's tests of single pixels: what the bands of one pixel say for and against cloud.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { normalizeBand } from "./bands.ts";

/** Bits of {@linkcode PixelTests.marks}. */
export const MARK = {
  /** Cloud of some thickness, if it is not a speck. */
  cloud: 1,
  /** Cloud where it borders on cloud. */
  hint: 2,
  /** Opaque, if cloud. */
  thick: 4,
  /** Water: dark in the infrared without shadow. */
  water: 8,
  /** As dark as deep shadow, whatever is around. */
  dark: 16,
  /** No band has data. */
  empty: 128,
} as const;

/** What {@linkcode pixelTests} finds. */
export interface PixelTests {
  /** {@linkcode MARK} bits, [height, width]. */
  readonly marks: Uint8Array;
  /** Near infrared (without it red) in 1/10000, [height, width]. */
  readonly near: Uint16Array;
  /** Short-wave infrared B11 (without it the near infrared, without that green) in 1/10000. */
  readonly short: Uint16Array;
  /** Whether there is an infrared band, so that water is told from shadow. */
  readonly infrared: boolean;
}

/** reflectance = stored · scale + offset, per band. */
export interface Radiometry {
  readonly scales: readonly number[];
  readonly offsets: readonly number[];
}

/** Thresholds in top-of-atmosphere reflectance. */
export const LIMITS = {
  /** Haze index (see {@linkcode pixelTests}) from which a pixel is cloud, and may be beside cloud. */
  haze: 0.024,
  hazeHint: 0.01,
  /** The same of the sharp index HOT, which alone decides without B01. */
  hot: 0.018,
  hotHint: 0.004,
  hotAlone: 0.024,
  /** Blue from which cloud is opaque, with HOT. */
  thickBlue: 0.32,
  thickHot: 0.08,
  /** Blue over red below which bright ground is soil. */
  redness: 0.8,
  /** B10 of cirrus. */
  cirrus: 0.025,
  /** Snow: NDSI, and green from which it is asked. */
  snow: 0.5,
  snowGreen: 0.2,
  /** Water: NDWI, MNDWI, and the SWIR that it cannot exceed. */
  waterNdwi: 0,
  waterMndwi: 0.5,
  waterShort: 0.05,
  /** Deep shadow. */
  darkNear: 0.1,
  darkShort: 0.08,
} as const;

/** Value as a whole number of 1/10000 that fits uint16. */
function tenThousandths(value: number): number {
  return value > 0 ? Math.min(Math.round(value * 10000), 20000) : 0;
}

export function pixelTests(raster: Raster, { scales, offsets }: Radiometry): PixelTests {
  const { width, height, data, bands: { length: depth } } = raster;
  const names = raster.bands.map(normalizeBand);
  const nodata = raster.nodata ?? 0;
  const find = (...choices: readonly string[]) =>
    choices.map((name) => names.indexOf(name)).find((k) => k >= 0) ?? -1;
  const [B01, B02, B03, B04] = [find("B01"), find("B02"), find("B03"), find("B04")];
  const [NIR, CIRRUS, SWIR] = [find("B8A", "B08"), find("B10"), find("B11", "B12")];
  const marks = new Uint8Array(width * height);
  const near = new Uint16Array(width * height);
  const short = new Uint16Array(width * height);
  const L = LIMITS;
  const [s1, s2, s3, s4] = [scales[B01] ?? 0, scales[B02]!, scales[B03]!, scales[B04]!];
  const [o1, o2, o3, o4] = [offsets[B01] ?? 0, offsets[B02]!, offsets[B03]!, offsets[B04]!];
  const [sn, sc, ss] = [scales[NIR] ?? 0, scales[CIRRUS] ?? 0, scales[SWIR] ?? 0];
  const [on, oc, os] = [offsets[NIR] ?? 0, offsets[CIRRUS] ?? 0, offsets[SWIR] ?? 0];
  for (let i = 0, at = 0; i < marks.length; i++, at += depth) {
    const storedBlue = data[at + B02]!;
    if (storedBlue === nodata || storedBlue !== storedBlue) {
      let k = 0;
      while (k < depth && (data[at + k] === nodata || Number.isNaN(data[at + k]!))) k++;
      if (k === depth) {
        marks[i] = MARK.empty;
        continue;
      }
    }
    const blue = storedBlue * s2 + o2;
    const green = data[at + B03]! * s3 + o3;
    const red = data[at + B04]! * s4 + o4;
    const hot = blue - 0.5 * red - 0.08;
    let mark = 0;
    let cloud: boolean;
    let hint: boolean;
    if (B01 >= 0) {
      const coastal = data[at + B01]! * s1 + o1;
      const haze = 0.55 * coastal + 0.45 * blue - 0.37 * red - 0.1;
      cloud = hot > L.hot && haze > L.haze;
      hint = hot > L.hotHint && haze > L.hazeHint;
    } else {
      cloud = hot > L.hotAlone;
      hint = hot > L.hotHint;
    }
    if (blue < L.redness * red) cloud = false;
    const shortWave = SWIR >= 0 ? data[at + SWIR]! * ss + os : -1;
    const infrared = NIR >= 0 ? data[at + NIR]! * sn + on : -1;
    if (SWIR >= 0) {
      if (green > L.snowGreen && green - shortWave > L.snow * (green + shortWave)) {
        cloud = false;
        hint = false;
      }
    }
    if (CIRRUS >= 0 && data[at + CIRRUS]! * sc + oc > L.cirrus) cloud = true;
    if (cloud) mark |= MARK.cloud | MARK.hint;
    else if (hint) mark |= MARK.hint;
    if (blue > L.thickBlue && hot > L.thickHot) mark |= MARK.thick;
    if (NIR >= 0) {
      if (
        green - infrared > L.waterNdwi * (green + infrared) &&
        (SWIR < 0 ||
          (shortWave < L.waterShort && green - shortWave > L.waterMndwi * (green + shortWave)))
      ) mark |= MARK.water;
      if (infrared < L.darkNear && (SWIR < 0 || shortWave < L.darkShort)) mark |= MARK.dark;
    }
    marks[i] = mark;
    near[i] = tenThousandths(NIR >= 0 ? infrared : red);
    short[i] = tenThousandths(SWIR >= 0 ? shortWave : NIR >= 0 ? infrared : green);
  }
  return { marks, near, short, infrared: NIR >= 0 };
}
