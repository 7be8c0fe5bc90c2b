/**
 * The built-in detector of clouds and their shadows, by rules and without learning. docs/cloud_detector.md
 * lists the rules, their accuracy and their failures.
 *
 * @module
 */

import { normalizeBand, type Raster, reflectanceScaleOf } from "../core/mod.ts";
import { countFlags, fillHoles, type Plane, withoutSpecks } from "./flags.ts";
import { findDark, type ShadowRadii } from "./dark_ground.ts";
import { hazeNumber, MARK, type PixelTests, pixelTests } from "./pixel_tests.ts";
import { windowMeans } from "./window_sums.ts";
import { CLOUD_CLASSES } from "./classes.ts";
import { atmosphereLook, type ReflectanceLevel } from "./surface_look.ts";

/** Largest distance, in pixels, of a pixel on which the class of another depends. */
export const DETECTOR_MARGIN = 64;

/** Options of {@linkcode detectClouds}. */
export interface DetectCloudsOptions {
  /** Scale of each band: reflectance = stored · scale + offset. Default 1/reflectanceScale. */
  readonly scales?: readonly number[];
  /** Offset of each band, in reflectance. Default 0. */
  readonly offsets?: readonly number[];
  /** Pixel size in metres, > 0; windows scale with it. Default 10. */
  readonly pixelSize?: number;
  /**
   * Level of the reflectance. Surface reflectance (L2A) is tested with the look that a standard
   * atmosphere gives it. Default "L1C".
   */
  readonly level?: ReflectanceLevel;
}

/** Class of pixels without data in any band. */
const NO_DATA = 255;
/** Haze index of cloud over any background. */
const HAZY = hazeNumber(0.03);
/** Haze index of cloud that exceeds the background by `contrast`, in 1/10000. */
const RAISED = { haze: hazeNumber(0.014), contrast: 180 };
/** The same for small clouds over dark ground. */
const OVER_DARK = { haze: hazeNumber(-0.005), contrast: 320 };
/** Haze index of cloud that casts shadows. Lower limits hold near it. */
const CASTER = hazeNumber(0.05);
const HAZY_NEAR_CASTER = hazeNumber(0.024);
const RAISED_NEAR_CASTER = { haze: hazeNumber(0.008), contrast: 120 };
/** Limits of rims, which are cloud where they touch cloud. */
const RIM = { haze: hazeNumber(0.004), contrast: 100 };
/** Largest share of a window around a cloud pixel that is not cloud. */
const SPECK = 0.2;
/** Haze of an unknown background. */
const USUAL = hazeNumber(0);

/** Radii of windows in pixels. */
interface Radii {
  /** Smaller bright objects are roofs. */
  readonly speck: number;
  /** Largest width of rims. */
  readonly rim: number;
  /** Holes up to this size are closed. */
  readonly close: number;
  /** Window of the background. */
  readonly around: number;
  /** Distance from casters within which the lower limits hold. */
  readonly nearCaster: number;
  /** Largest distance from a cloud to its shadow. */
  readonly reach: number;
  readonly shadow: ShadowRadii;
}

/**
 * Radii for a pixel size. Classes depend on pixels within 2·around + speck + rim + close = 63 for
 * cloud, 2·around + 2·spot + close = 62 and reach + speck = 61 for shadow, at most the margin.
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
    nearCaster: pixels(300, { most: 30 }),
    reach: pixels(580, { most: 58 }),
    shadow: { around, spot: pixels(40, { most: 4 }), close },
  };
}

/** Mean haze of the clearer half of the ground around each pixel; 0 where too little is visible. */
function background({ marks, haze }: PixelTests, plane: Plane, radius: number): Float32Array {
  const shape = { ...plane, radius, least: (2 * radius + 1) ** 2 / 40 };
  const ground = haze.map((value, i) =>
    value < HAZY && (marks[i]! & (MARK.empty | MARK.snow | MARK.roof)) === 0 ? value : 0
  );
  const means = windowMeans(ground, { ...shape, least: 1 });
  for (let i = 0; i < ground.length; i++) if (ground[i]! > means[i]!) ground[i] = 0;
  return windowMeans(ground, shape, means);
}

/** Flags the clouds that are thick enough to cast shadows. */
function findCasters({ marks, haze }: PixelTests, plane: Plane, radius: number): Uint8Array {
  const flags = new Uint8Array(marks.length);
  for (let i = 0; i < flags.length; i++) {
    flags[i] = haze[i]! > CASTER && (marks[i]! & (MARK.snow | MARK.roof)) === 0 ? 1 : 0;
  }
  return withoutSpecks(flags, marks, { ...plane, radius, share: SPECK });
}

/** Flags the clouds: specks are removed, rims added, holes closed. */
function findClouds(
  tests: PixelTests,
  { casters, radii, ...plane }: Plane & { readonly casters: Uint8Array; readonly radii: Radii },
): Uint8Array {
  const { marks, haze } = tests;
  const means = background(tests, plane, radii.around);
  const near = countFlags(casters, plane, radii.nearCaster);
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
    const { haze: least, contrast: raised } = near[i]! > 0 ? RAISED_NEAR_CASTER : RAISED;
    const cloud = value > (near[i]! > 0 ? HAZY_NEAR_CASTER : HAZY) ||
      (value > least && contrast > raised) ||
      (value > OVER_DARK.haze && contrast > OVER_DARK.contrast);
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
      `Cannot detect clouds: the raster must have B02, B03 and B04, got ${bands.join(", ")} ` +
        `without ${missing.join(", ")}`,
    );
  }
  for (const [name, list] of Object.entries({ scales, offsets })) {
    if (list !== undefined && (list.length !== bands.length || !list.every(Number.isFinite))) {
      throw new RangeError(
        `Cannot detect clouds: ${name} must have one finite value for each of ` +
          `${bands.length} bands, got ${list.join(", ")}`,
      );
    }
  }
  if (!(pixelSize > 0 && Number.isFinite(pixelSize))) {
    throw new RangeError(
      `Cannot detect clouds: the pixel size must be above 0 metres, got ${pixelSize}`,
    );
  }
}

/**
 * Detects clouds and their shadows on a single date, in top-of-atmosphere reflectance such as
 * Sentinel-2 L1C, or in surface reflectance (L2A, see the option `level`). B02, B03 and B04 are required. Further bands add tests: B01 distinguishes haze from roofs and soil,
 * B10 shows cirrus, B11 snow, and B8A or B08 distinguishes water from shadow.
 *
 * The class of a pixel depends only on the pixels within {@linkcode DETECTOR_MARGIN}, so a window
 * with that margin yields the classes of the whole scene. Shadows are searched within 580 m of
 * clouds, at most 58 pixels.
 *
 * @param raster Raster of stored values; its nodata value is 0 unless it states another.
 * @returns Classes of {@linkcode CLOUD_CLASSES}, [height, width]; 255 where no band has data.
 * @throws {RangeError} If B02, B03 or B04 is missing, if the number of scales or offsets differs
 *   from the bands, or if the pixel size is not above 0.
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
    level = "L1C",
  } = options;
  const radii = radiiOf(pixelSize);
  const plane: Plane = { width, height, scratch: new Int32Array(width * height) };
  const tests = pixelTests(raster, atmosphereLook(bands, { scales, offsets, level }));
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
