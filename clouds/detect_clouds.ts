/**
 * The built-in detector of clouds and their shadows: rules, no learning. docs/clouds.md has their
 * table, what they reach and where they fail.
 *
 * @module
 */

import { normalizeBand, type Raster, reflectanceScaleOf } from "../core/mod.ts";
import { countFlags, fillHoles, type Plane, withoutSpecks } from "./flags.ts";
import { findDark, type ShadowRadii } from "./dark_ground.ts";
import { hazeNumber, MARK, type PixelTests, pixelTests } from "./pixel_tests.ts";
import { windowMeans } from "./window_sums.ts";
import { CLOUD_CLASSES } from "./classes.ts";

/** Pixels of context on every side that a pixel's class may depend on: nothing farther away matters. */
export const DETECTOR_MARGIN = 64;

/** Options of {@linkcode detectClouds}. */
export interface DetectCloudsOptions {
  /** reflectance = stored · scale + offset, one per band. Default from the raster's reflectance scale. */
  readonly scales?: readonly number[];
  /** See `scales`. Default 0. */
  readonly offsets?: readonly number[];
  /** Ground size of a pixel in metres, > 0, which windows scale with. Default 10. */
  readonly pixelSize?: number;
}

/** The class where no band has data. */
const NO_DATA = 255;
/** Haze index that is cloud, whatever is around. */
const HAZY = hazeNumber(0.03);
/** Haze index that is cloud if it exceeds the background by so much, in 1/10000. */
const RAISED = { haze: hazeNumber(0.014), contrast: 180 };
/** The same of small clouds over dark ground. */
const STANDING_OUT = { haze: hazeNumber(-0.005), contrast: 320 };
/** Cloud that throws shadows, and beside which these limits hold instead. */
const CASTER = hazeNumber(0.05);
const HAZY_BESIDE = hazeNumber(0.024);
const RAISED_BESIDE = { haze: hazeNumber(0.008), contrast: 120 };
/** What is cloud where it touches cloud. */
const RIM = { haze: hazeNumber(0.004), contrast: 100 };
/** At most that share of a cloud pixel's window is not cloud. */
const SPECK = 0.2;
/** Background that is not known is taken to have that haze. */
const USUAL = hazeNumber(0);

/** Radii of windows in pixels. */
interface Radii {
  /** Smaller bright things are roofs. */
  readonly speck: number;
  /** How far rims extend clouds. */
  readonly rim: number;
  readonly close: number;
  /** Window of the background. */
  readonly around: number;
  readonly beside: number;
  /** From a cloud to its shadow. */
  readonly reach: number;
  readonly shadow: ShadowRadii;
}

/**
 * Radii for a pixel size. The most that classes depend on: 2·around + speck + rim + close = 63 for
 * cloud, 2·around + 2·spot + close = 62 and reach + speck = 61 for shadow, all within the margin.
 */
function radiiOf(pixelSize: number): Radii {
  const pixels = (metres: number, { least = 1, most }: { least?: number; most: number }) =>
    Math.min(Math.max(Math.round(metres / pixelSize), least), most);
  const close = pixels(20, { most: 2 });
  const around = pixels(260, { least: 4, most: 26 });
  return {
    speck: pixels(25, { most: 3 }),
    rim: pixels(60, { most: 6 }),
    close,
    around,
    beside: pixels(300, { most: 30 }),
    reach: pixels(580, { most: 58 }),
    shadow: { around, spot: pixels(40, { most: 4 }), close },
  };
}

/** Mean haze of the clearer half of the ground around each pixel; 0 where too little is seen. */
function background({ marks, haze }: PixelTests, plane: Plane, radius: number): Float32Array {
  const shape = { ...plane, radius, least: (2 * radius + 1) ** 2 / 40 };
  const ground = haze.map((value, i) =>
    value < HAZY && (marks[i]! & (MARK.empty | MARK.snow | MARK.roof)) === 0 ? value : 0
  );
  const means = windowMeans(ground, { ...shape, least: 1 });
  for (let i = 0; i < ground.length; i++) if (ground[i]! > means[i]!) ground[i] = 0;
  return windowMeans(ground, shape, means);
}

/** Clouds that are thick enough to throw shadows. */
function findCasters({ marks, haze }: PixelTests, plane: Plane, radius: number): Uint8Array {
  const flags = new Uint8Array(marks.length);
  for (let i = 0; i < flags.length; i++) {
    flags[i] = haze[i]! > CASTER && (marks[i]! & (MARK.snow | MARK.roof)) === 0 ? 1 : 0;
  }
  return withoutSpecks(flags, marks, { ...plane, radius, share: SPECK });
}

/** Clouds: specks left out, rims added, pinholes closed. */
function findClouds(
  tests: PixelTests,
  { casters, radii, ...plane }: Plane & { readonly casters: Uint8Array; readonly radii: Radii },
): Uint8Array {
  const { marks, haze } = tests;
  const means = background(tests, plane, radii.around);
  const beside = countFlags(casters, plane, radii.beside);
  const flags = new Uint8Array(marks.length);
  const rims = new Uint8Array(marks.length);
  for (let i = 0; i < flags.length; i++) {
    const mark = marks[i]!;
    if ((mark & MARK.cirrus) !== 0) {
      flags[i] = 1;
      continue;
    }
    if ((mark & (MARK.snow | MARK.empty)) !== 0) continue;
    const value = haze[i]!;
    const contrast = value - (means[i] || USUAL);
    const { haze: least, contrast: raised } = beside[i]! > 0 ? RAISED_BESIDE : RAISED;
    const cloud = value > (beside[i]! > 0 ? HAZY_BESIDE : HAZY) ||
      (value > least && contrast > raised) ||
      (value > STANDING_OUT.haze && contrast > STANDING_OUT.contrast);
    if (cloud && (mark & MARK.roof) === 0) flags[i] = 1;
    else if (value > RIM.haze && contrast > RIM.contrast) rims[i] = 1;
  }
  const clouds = withoutSpecks(flags, marks, { ...plane, radius: radii.speck, share: SPECK });
  const counts = countFlags(clouds, plane, radii.rim);
  for (let i = 0; i < clouds.length; i++) {
    if (counts[i]! > 0 && (flags[i] === 1 || rims[i] === 1)) clouds[i] = 1;
  }
  fillHoles(clouds, plane, radii.close);
  return clouds;
}

function checkInput({ bands }: Raster, { scales, offsets, pixelSize = 10 }: DetectCloudsOptions) {
  const names = bands.map(normalizeBand);
  const missing = ["B02", "B03", "B04"].filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new RangeError(
      `Cannot look for clouds: the raster must have B02, B03 and B04, got ${bands.join(", ")} ` +
        `without ${missing.join(", ")}`,
    );
  }
  for (const [name, list] of Object.entries({ scales, offsets })) {
    if (list !== undefined && (list.length !== bands.length || !list.every(Number.isFinite))) {
      throw new RangeError(
        `Cannot look for clouds: there must be one finite number of ${name} for each of ` +
          `${bands.length} bands, got ${list.join(", ")}`,
      );
    }
  }
  if (!(pixelSize > 0 && Number.isFinite(pixelSize))) {
    throw new RangeError(
      `Cannot look for clouds: the pixel size must be above 0 metres, got ${pixelSize}`,
    );
  }
}

/**
 * Finds clouds and their shadows by rules on the bands at hand, for top-of-atmosphere reflectance as
 * of Sentinel-2 L1C. Each test is used where its bands are: B02, B03 and B04 are needed; B01 tells
 * haze from roofs and soil, B10 shows cirrus, B11 snow, B8A or B08 tells water from shadow.
 *
 * A pixel's class depends on the pixels within {@linkcode DETECTOR_MARGIN} alone, so that a window
 * with that margin gives the classes of the whole scene. Shadows are looked for within 580 m of
 * cloud, at most 58 pixels.
 *
 * @param raster Where it states no nodata value, that is 0.
 * @returns [height, width] of {@linkcode CLOUD_CLASSES}; 255 where no band has data.
 * @throws {RangeError} If B02, B03 or B04 is missing, there is not one scale and offset per band, or
 *   the pixel size is not above 0.
 *
 * @example
 * ```ts
 * import { detectClouds } from "./detect_clouds.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const ground = [900, 1000, 800];
 * const cloud = [6000, 5800, 5900];
 * const classes = detectClouds({
 *   width: 32,
 *   height: 32,
 *   bands: ["B02", "B03", "B04"],
 *   dtype: "uint16",
 *   data: Uint16Array.from({ length: 32 * 32 * 3 }, (_, i) => {
 *     const [x, y] = [Math.floor(i / 3) % 32, Math.floor(i / 96)];
 *     return (x < 16 && y < 16 ? cloud : ground)[i % 3]!;
 *   }),
 * });
 * assertEquals([classes[0], classes[32 * 32 - 1]], [1, 0]); // thick, clear
 * ```
 */
export function detectClouds(raster: Raster, options: DetectCloudsOptions = {}): Uint8Array {
  checkInput(raster, options);
  const { width, height, bands } = raster;
  const {
    scales = bands.map(() => 1 / reflectanceScaleOf(raster)),
    offsets = bands.map(() => 0),
    pixelSize = 10,
  } = options;
  const radii = radiiOf(pixelSize);
  const plane: Plane = { width, height, scratch: new Int32Array(width * height) };
  const tests = pixelTests(raster, { scales, offsets });
  const { marks } = tests;
  const casters = findCasters(tests, plane, radii.speck);
  const clouds = findClouds(tests, { ...plane, casters, radii });
  const dark = findDark(tests, { ...plane, bright: HAZY, radii: radii.shadow });
  const near = countFlags(casters, plane, radii.reach);
  const classes = new Uint8Array(width * height);
  for (let i = 0; i < classes.length; i++) {
    const mark = marks[i]!;
    if ((mark & MARK.empty) !== 0) classes[i] = NO_DATA;
    else if (clouds[i] === 1) {
      classes[i] = (mark & MARK.thick) !== 0 ? CLOUD_CLASSES.thick : CLOUD_CLASSES.thin;
    } else if (dark[i] === 1 && near[i]! > 0 && (mark & MARK.water) === 0) {
      classes[i] = CLOUD_CLASSES.shadow;
    }
  }
  return classes;
}
