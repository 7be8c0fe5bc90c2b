/**
 * The built-in detector of clouds and shadows.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { normalizeBand } from "./bands.ts";
import { MARK, type PixelTests, pixelTests } from "./cloud_tests.ts";
import { windowSums } from "./cloud_windows.ts";
import { CLOUD_CLASSES } from "./synthetic_clouds.ts";

/** Pixels of context on every side that a pixel's class may depend on: nothing farther away matters. */
export const DETECTOR_MARGIN = 64;

/** Options of {@linkcode detectClouds}. */
export interface DetectCloudsOptions {
  /** reflectance = stored · scale + offset, per band. Default 1/10000 (uint8: 1/255). */
  readonly scales?: readonly number[];
  /** See `scales`. Default 0. */
  readonly offsets?: readonly number[];
  /** Ground size of a pixel in metres. Default 10. */
  readonly pixelSize?: number;
}

/** The class where no band has data. */
const NO_DATA = 255;

interface Radii {
  readonly speck: number;
  readonly rim: number;
  readonly close: number;
  readonly reach: number;
  readonly around: number;
}

/** speck + rim + close + reach + shadow's close ≤ 64; 2·around + close ≤ 64. */
function radiiOf(pixelSize: number): Radii {
  const pixels = (metres: number, least: number, most: number) =>
    Math.min(Math.max(Math.round(metres / pixelSize), least), most);
  return {
    speck: pixels(25, 1, 4),
    rim: pixels(60, 1, 8),
    close: pixels(20, 1, 2),
    reach: pixels(440, 1, 44),
    around: pixels(300, 4, 30),
  };
}

interface Plane {
  readonly width: number;
  readonly height: number;
}

/** Cloud pixels, 1 each: specks left out, rims added, pinholes closed. */
function findClouds(marks: Uint8Array, plane: Plane, radii: Radii, sums: Int32Array): Uint8Array {
  const plain = marks.map((mark) => (mark & (MARK.cloud | MARK.empty)) === 0 ? 1 : 0);
  windowSums(plain, { ...plane, radius: radii.speck }, sums);
  const side = 2 * radii.speck + 1;
  const most = Math.floor(0.2 * side * side);
  const cloud = new Uint8Array(marks.length);
  for (let i = 0; i < cloud.length; i++) {
    cloud[i] = (marks[i]! & MARK.cloud) !== 0 && sums[i]! <= most ? 1 : 0;
  }
  windowSums(cloud, { ...plane, radius: radii.rim }, sums);
  for (let i = 0; i < cloud.length; i++) {
    if (sums[i]! > 0 && (marks[i]! & MARK.hint) !== 0) cloud[i] = 1;
  }
  return fill(cloud, plane, radii.close, sums);
}

/** Sets pixels of which more than half the window is set, and leaves the others as they are. */
function fill(flags: Uint8Array, plane: Plane, radius: number, sums: Int32Array): Uint8Array {
  windowSums(flags, { ...plane, radius }, sums);
  const half = (2 * radius + 1) ** 2 / 2;
  for (let i = 0; i < flags.length; i++) if (sums[i]! > half) flags[i] = 1;
  return flags;
}

const LIT = 0.8;
const SHADE = 1.5;

/** Shadow candidates, 1 each: darker than the lit ground around. */
function findDark(
  { marks, near, short, infrared }: PixelTests,
  plane: Plane,
  radii: Radii,
  sums: Int32Array,
): Uint8Array {
  const shape = { ...plane, radius: radii.around };
  const ground = marks.map((mark) => (mark & (MARK.cloud | MARK.water | MARK.empty)) === 0 ? 1 : 0);
  const nears = near.map((value, i) => value * ground[i]!);
  const counts = windowSums(ground, shape);
  windowSums(nears, shape, sums);
  for (let i = 0; i < ground.length; i++) {
    if (ground[i] === 1 && near[i]! * counts[i]! < LIT * sums[i]!) {
      ground[i] = 0;
      nears[i] = 0;
    }
  }
  const shorts = short.map((value, i) => value * ground[i]!);
  windowSums(ground, shape, counts);
  windowSums(nears, shape, sums);
  const shortSums = windowSums(shorts, shape);
  const dark = new Uint8Array(marks.length);
  for (let i = 0; i < dark.length; i++) {
    if ((marks[i]! & (MARK.empty | MARK.water)) !== 0) continue;
    const relative = counts[i]! > 0
      ? near[i]! * counts[i]! / sums[i]! + short[i]! * counts[i]! / shortSums[i]!
      : 2;
    if (relative < SHADE || (infrared && (marks[i]! & MARK.dark) !== 0)) dark[i] = 1;
  }
  return dark;
}

/**
 * Finds clouds and their shadows by rules on the bands at hand.
 *
 * @returns [height, width] of {@linkcode CLOUD_CLASSES}; 255 where no band has data.
 * @throws {RangeError} If B02, B03 or B04 is missing.
 */
export function detectClouds(raster: Raster, options: DetectCloudsOptions = {}): Uint8Array {
  const { width, height } = raster;
  const whole = raster.dtype === "uint8" ? 1 / 255 : 1 / 10000;
  const {
    scales = raster.bands.map(() => whole),
    offsets = raster.bands.map(() => 0),
    pixelSize = 10,
  } = options;
  const names = raster.bands.map(normalizeBand);
  const missing = ["B02", "B03", "B04"].filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new RangeError(
      `Cannot look for clouds: the raster must have B02, B03 and B04, got no ${
        missing.join(", ")
      } among ${raster.bands.join(", ")}`,
    );
  }
  const plane = { width, height };
  const radii = radiiOf(pixelSize);
  const sums = new Int32Array(width * height);
  const tests = pixelTests(raster, { scales, offsets });
  const { marks } = tests;
  const cloud = findClouds(marks, plane, radii, sums);
  const dark = findDark(tests, plane, radii, sums);
  const darkCounts = windowSums(dark, { ...plane, radius: radii.close });
  const near = windowSums(cloud, { ...plane, radius: radii.reach }, sums);
  const half = (2 * radii.close + 1) ** 2 / 2;
  const out = new Uint8Array(width * height);
  for (let i = 0; i < out.length; i++) {
    if ((marks[i]! & MARK.empty) !== 0) out[i] = NO_DATA;
    else if (cloud[i] === 1) {
      out[i] = (marks[i]! & MARK.thick) !== 0 ? CLOUD_CLASSES.thick : CLOUD_CLASSES.thin;
    } else if (near[i]! > 0 && darkCounts[i]! > half && (marks[i]! & MARK.water) === 0) {
      out[i] = CLOUD_CLASSES.shadow;
    }
  }
  return out;
}
