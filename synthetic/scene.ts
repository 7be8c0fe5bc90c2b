/**
 * Procedural scenes: landscapes in the 13 bands of Sentinel-2, for the demo and for tests.
 *
 * @module
 */

import {
  checkOptions,
  type Checks,
  integer,
  number,
  type Raster,
  type Rng,
  SENTINEL2_BANDS,
  SENTINEL2_NAMES,
} from "../core/mod.ts";
import { noiseField } from "./noise_field.ts";
import { materialOf } from "./materials.ts";
import { LAND, type Layout, layOut } from "./scene_layout.ts";
import { SPECTRA } from "./scene_spectra.ts";

/** Options of {@linkcode syntheticScene}. */
export interface SyntheticSceneOptions {
  /** Columns. Default 256. */
  readonly width?: number;
  /** Rows. Default 256. */
  readonly height?: number;
  /** Day of the year, 1–366, which determines crops and the height of the sun. Default 190. */
  readonly day?: number;
  /** Number of towns. Default: about one per 130 × 130 pixels. */
  readonly towns?: number;
  /** Strength of the relief shading; 0 for a plain. Default 0.5. */
  readonly relief?: number;
}

const CHECKS: Checks<SyntheticSceneOptions> = {
  width: integer({ min: 8, max: 20000 }),
  height: integer({ min: 8, max: 20000 }),
  day: number({ min: 1, max: 366 }),
  towns: integer({ min: 0, max: 1000 }),
  relief: number({ min: 0, max: 2 }),
};

const BANDS = SENTINEL2_BANDS.length;
/** Metres per pixel. */
const PIXEL = 10;
/** UTM zone 33 north on WGS 84. */
const EPSG = 32633;
/** Upper left corner of every scene, in the middle of the zone. */
const ORIGIN = { east: 499980, north: 4900020 };
/** GeoKeys: projected, pixel is area, EPSG code, metres. */
const GEO_KEYS: readonly number[] = [
  ...[1, 1, 0, 4],
  ...[1024, 0, 1, 1],
  ...[1025, 0, 1, 1],
  ...[3072, 0, 1, EPSG],
  ...[3076, 0, 1, 9001],
];

/** Convolves one band with `weights` along both axes, in place, with clamped borders. */
function blurBand(
  data: Float32Array,
  { band, width, height, weights }: {
    readonly band: number;
    readonly width: number;
    readonly height: number;
    readonly weights: readonly number[];
  },
): void {
  const reach = weights.length >> 1;
  const line = new Float32Array(Math.max(width, height));
  const pass = (length: number, at: (i: number) => number) => {
    for (let i = 0; i < length; i++) line[i] = data[at(i)]!;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (const [k, weight] of weights.entries()) {
        sum += weight * line[Math.min(Math.max(i + k - reach, 0), length - 1)]!;
      }
      data[at(i)] = sum;
    }
  };
  for (let y = 0; y < height; y++) pass(width, (x) => (y * width + x) * BANDS + band);
  for (let x = 0; x < width; x++) pass(height, (y) => (y * width + x) * BANDS + band);
}

/** Point spread of each native resolution on the 10 m grid. */
const POINT_SPREAD: Readonly<Record<number, readonly number[]>> = {
  10: [0.14, 0.72, 0.14],
  20: [0.08, 0.25, 0.34, 0.25, 0.08],
  60: [0.08, 0.14, 0.18, 0.2, 0.18, 0.14, 0.08],
};

/** Reflectance × 10000 of every pixel, before the point spread. */
function paint(
  layout: Layout,
  { day, relief, rng }: { readonly day: number; readonly relief: number; readonly rng: Rng },
): Float32Array {
  const { width, height, elevation, land, plot, furrow } = layout;
  const size = { width, height };
  const out = new Float32Array(width * height * BANDS);
  const patch = noiseField({ ...size, scale: 14, octaves: 3, persistence: 0.7 }, rng.fork("patch"));
  const moisture = noiseField({ ...size, scale: 90, octaves: 4 }, rng.fork("moisture"));
  const speckle = rng.fork("speckle").normals(width * height);
  const sun = 0.72 + 0.28 * Math.cos((day - 172) / 365 * 2 * Math.PI);
  for (let i = 0; i < land.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const mix = materialOf({ land: land[i]!, plot: plot[i]! }, day);
    const [from, to] = [SPECTRA[mix.from], SPECTRA[mix.to]];
    const left = elevation[x === 0 ? i : i - 1]!;
    const above = elevation[y === 0 ? i : i - width]!;
    // The sun is in the south-east: slopes that rise to the north-west are bright.
    const slope = 6 * relief * ((left - elevation[i]!) + (above - elevation[i]!));
    const wet = land[i] === LAND.water;
    const ploughed = land[i] === LAND.parcel
      ? 0.02 * Math.sin(2.1 * (Math.cos(furrow[i]!) * y - Math.sin(furrow[i]!) * x))
      : 0;
    const rough = land[i] === LAND.wood ? 0.09 : land[i] === LAND.town ? 0.07 : 0.022;
    const texture = wet
      ? 0.01 * speckle[i]!
      : ploughed + rough * (0.6 * patch[i]! + 0.55 * speckle[i]!);
    const shade = wet ? 1 : Math.min(Math.max(1 + slope, 0.55), 1.35);
    const dry = wet ? 0.015 * moisture[i]! : 0.05 * moisture[i]!;
    const light = sun * mix.light * shade * (1 + texture + dry);
    for (let b = 0; b < BANDS; b++) {
      const value = from[b]! +
        (to[b]! - from[b]!) * Math.min(mix.share * (1 + 0.15 * patch[i]!), 1);
      // The ground does not shade light that the air scatters.
      const path = SCATTERED[b]!;
      out[i * BANDS + b] = path + Math.max(value - path, 0) * light;
    }
  }
  return out;
}

/** Path reflectance × 10000 of the air: 0.1 at 443 nm, proportional to λ⁻⁴. */
const SCATTERED = SENTINEL2_BANDS.map(({ name, wavelength }) =>
  name === "B10" ? 8 : 1000 * (443 / wavelength) ** 4
);

/**
 * Generates a clear scene with pixels of 10 m: parcels with seasons, woods, rivers, roads, towns
 * and relief.
 *
 * The same stream gives the same landscape; `day` sets the season.
 *
 * @returns uint16 digital numbers (reflectance × 10000) on a UTM grid; 0 is nodata and does not
 *   occur.
 * @throws {OptionsError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { createRng } from "../core/mod.ts";
 * import { syntheticScene } from "./scene.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const scene = syntheticScene(createRng(1), { width: 64, height: 48, day: 120 });
 * assertEquals([scene.height, scene.width, scene.bands.length], [48, 64, 13]);
 * ```
 */
export function syntheticScene(rng: Rng, options: SyntheticSceneOptions = {}): Raster {
  const { width: columns = 256, height: rows = 256 } = options;
  const { width, height, day, towns, relief } = checkOptions(options, {
    checks: CHECKS,
    defaults: {
      width: 256,
      height: 256,
      day: 190,
      towns: Math.max(1, Math.round(columns * rows / 130 ** 2)),
      relief: 0.5,
    },
    path: "$.scene",
  }) as Required<SyntheticSceneOptions>;
  const layout = layOut({ width, height, townCount: towns }, rng.fork("place"));
  const image = paint(layout, { day, relief, rng: rng.fork("ground") });
  for (const [band, { resolution }] of SENTINEL2_BANDS.entries()) {
    blurBand(image, { band, width, height, weights: POINT_SPREAD[resolution]! });
  }
  return {
    width,
    height,
    bands: SENTINEL2_NAMES,
    data: Uint16Array.from(image, (value) => Math.min(Math.max(Math.round(value), 1), 65535)),
    dtype: "uint16",
    transform: [ORIGIN.east, PIXEL, 0, ORIGIN.north, 0, -PIXEL],
    crs: { epsg: EPSG, geoKeys: { directory: GEO_KEYS } },
    nodata: 0,
    tags: {},
  };
}
