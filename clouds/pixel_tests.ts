/**
 * Tests of the cloud detector on single pixels: evidence for and against cloud in their bands.
 *
 * @module
 */

import { normalizeBand, type Raster } from "../core/mod.ts";

/** Bits of {@linkcode PixelTests.marks}. */
export const MARK = {
  /** Snow: never cloud, however high its haze index. */
  snow: 1,
  /** Cirrus: always cloud, however low its haze index. */
  cirrus: 2,
  /** Opaque, if the pixel is cloud. */
  thick: 4,
  /** Water: dark in the infrared, also without shadow. */
  water: 8,
  /** Bright roof or bare ground: not cloud unless cloud surrounds it. */
  roof: 16,
  /** No band has data. */
  empty: 128,
} as const;

/** Results of {@linkcode pixelTests}, [height, width] each. */
export interface PixelTests {
  /** {@linkcode MARK} bits. */
  readonly marks: Uint8Array;
  /** Haze index in the form of {@linkcode hazeNumber}; 0 where unknown. */
  readonly haze: Uint16Array;
  /** Near infrared (B8A or B08, else red) in 1/10000; 0 where unknown. */
  readonly near: Uint16Array;
  /** Short-wave infrared (B11 or B12; else red, or green without near infrared) in 1/10000. */
  readonly short: Uint16Array;
}

/** Conversion to reflectance per band: stored · scale + offset. */
export interface Radiometry {
  readonly scales: readonly number[];
  readonly offsets: readonly number[];
}

/** Thresholds of single pixels, in top-of-atmosphere reflectance; docs/cloud_detector.md has the table. */
const LIMITS = {
  /**
   * Added to HOT so that the thresholds of the haze index with B01 apply, without B01 and with it.
   */
  hotAlone: 0.006,
  hotBeside: 0.01,
  /** Smallest blue and HOT of opaque cloud. */
  thickBlue: 0.32,
  thickHot: 0.08,
  /** Roofs: B01/B02 and B02/B04 below these, or B01/B02 below `coastalAlone`. */
  roofCoastal: 0.9,
  roofBlue: 0.95,
  coastalAlone: 0.7,
  /** Largest B02/B04 of roofs without B01. */
  blueAlone: 0.88,
  /** Largest HOT of roofs. */
  roofHot: 0.14,
  cirrus: 0.025,
  snowIndex: 0.5,
  snowGreen: 0.2,
  waterIndex: 0.5,
  /** Green over near infrared of water, without short-wave infrared. */
  waterAlone: 1.5,
  /** Largest blue over green of water: deep shadow under Rayleigh scattering is bluer. */
  waterBlue: 1.36,
  waterShort: 0.05,
} as const;

/** Stored value of haze index 0, because indices may be negative. */
const HAZE_ZERO = 2000;
/** Largest stored value, which keeps the sums of the largest window below 2³¹. */
const MOST = 30000;

/** Reflectance in 1/10000 as an integer of at least 1; 0 stands for NaN. */
function tenThousandths(reflectance: number): number {
  const value = reflectance * 10000 + 0.5;
  if (value >= 1) return value < MOST ? value | 0 : MOST;
  return value < 1 ? 1 : 0;
}

/** Stored value of a haze index in {@linkcode PixelTests.haze}. */
export function hazeNumber(index: number): number {
  return tenThousandths(index + HAZE_ZERO / 10000);
}

/** Index and radiometry of one band of a raster. */
interface BandReader {
  /** Index among the raster's bands, −1 if the raster has none of the names. */
  readonly index: number;
  readonly scale: number;
  readonly offset: number;
}

/** The first of the named bands that the raster has. */
function bandReader(
  { bands }: Raster,
  { scales, offsets }: Radiometry,
  choices: readonly string[],
): BandReader {
  const names = bands.map(normalizeBand);
  const index = names.indexOf(choices.find((name) => names.includes(name)) ?? "");
  return { index, scale: scales[index] ?? 0, offset: offsets[index] ?? 0 };
}

/** Test for pixels without data in any band. */
function emptiness({ data, bands, nodata }: Raster): (first: number) => boolean {
  const depth = bands.length;
  return (first) => {
    for (let k = first; k < first + depth; k++) {
      if (data[k] !== nodata && !Number.isNaN(data[k])) return false;
    }
    return true;
  };
}

/**
 * Tests every pixel on its own. The haze index is HOT = B02 − 0.5·B04 − 0.08 (haze-optimized
 * transform), or with B01 the smaller of HOT and 0.55·B01 + 0.45·B02 − 0.37·B04 − 0.1: soil and
 * roofs seldom are blue enough for both, as pixels of B01 have 60 m.
 *
 * @param raster Raster with B02, B03 and B04; its nodata value is 0 unless it states another.
 */
export function pixelTests(raster: Raster, radiometry: Radiometry): PixelTests {
  const { width, height, data, bands: { length: depth } } = raster;
  const nodata = raster.nodata ?? 0;
  const band = (...names: readonly string[]) => bandReader(raster, radiometry, names);
  const [coastals, blues, greens, reds] = [band("B01"), band("B02"), band("B03"), band("B04")];
  const [nears, cirri, shorts] = [band("B8A", "B08"), band("B10"), band("B11", "B12")];
  const [hasCoastal, hasNear] = [coastals.index >= 0, nears.index >= 0];
  const [hasCirrus, hasShort] = [cirri.index >= 0, shorts.index >= 0];
  const isEmpty = emptiness({ ...raster, nodata });
  const count = width * height;
  const marks = new Uint8Array(count);
  const [haze, near, short] = [
    new Uint16Array(count),
    new Uint16Array(count),
    new Uint16Array(count),
  ];
  for (let i = 0; i < count; i++) {
    const first = i * depth;
    const stored = data[first + blues.index]!;
    if (stored === nodata || stored !== stored) {
      if (isEmpty(first)) marks[i] = MARK.empty;
      continue;
    }
    const blue = stored * blues.scale + blues.offset;
    const green = data[first + greens.index]! * greens.scale + greens.offset;
    const red = data[first + reds.index]! * reds.scale + reds.offset;
    const hot = blue - 0.5 * red - 0.08;
    let mark = blue > LIMITS.thickBlue && hot > LIMITS.thickHot ? MARK.thick : 0;
    let index = hot + LIMITS.hotAlone;
    if (hasCoastal && data[first + coastals.index] !== nodata) {
      const coastal = data[first + coastals.index]! * coastals.scale + coastals.offset;
      index = Math.min(hot + LIMITS.hotBeside, 0.55 * coastal + 0.45 * blue - 0.37 * red - 0.1);
      const pale = coastal < LIMITS.roofCoastal * blue && blue < LIMITS.roofBlue * red;
      if (hot < LIMITS.roofHot && (pale || coastal < LIMITS.coastalAlone * blue)) {
        mark |= MARK.roof;
      }
    } else if (hot < LIMITS.roofHot && blue < LIMITS.blueAlone * red) {
      mark |= MARK.roof;
    }
    haze[i] = hazeNumber(index);
    if (
      hasCirrus &&
      data[first + cirri.index]! * cirri.scale + cirri.offset > LIMITS.cirrus
    ) mark |= MARK.cirrus;
    const infrared = hasNear ? data[first + nears.index]! * nears.scale + nears.offset : red;
    near[i] = tenThousandths(infrared);
    let shortWave = hasNear ? red : green;
    if (hasShort && data[first + shorts.index] !== nodata) {
      shortWave = data[first + shorts.index]! * shorts.scale + shorts.offset;
      const snow = green - shortWave > LIMITS.snowIndex * (green + shortWave);
      if (snow && green > LIMITS.snowGreen) mark |= MARK.snow;
    }
    short[i] = tenThousandths(shortWave);
    if (
      hasNear && green > (hasShort ? 1 : LIMITS.waterAlone) * infrared &&
      blue < LIMITS.waterBlue * green &&
      (!hasShort || (shortWave < LIMITS.waterShort &&
        green - shortWave > LIMITS.waterIndex * (green + shortWave)))
    ) mark |= MARK.water;
    marks[i] = mark;
  }
  return { marks, haze, near, short };
}
