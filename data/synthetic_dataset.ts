/**
 * Training samples without cloudy images: clear images of a place on several dates, each crop
 * clouded afresh.
 *
 * @module
 */

import {
  checkOptions,
  type Checks,
  integer,
  number,
  pair,
  pixelArray,
  type Raster,
  type Rng,
} from "../core/mod.ts";
import {
  type Crop,
  cropInto,
  type Dataset,
  hasEmptyPixels,
  randomCrop,
  type Sample,
} from "./dataset.ts";
import type { SyntheticCloudsOptions } from "./cloud_options.ts";
import { syntheticClouds } from "./synthetic_clouds.ts";

/** Options of {@linkcode syntheticDataset}. */
export interface SyntheticDatasetOptions {
  /** The dates of each place: clear rasters of one grid, all places with the same bands. */
  readonly places: readonly (readonly Raster[])[];
  /** Side of the square crops, in pixels. */
  readonly tileSize: number;
  /** Frames L of each sample. Default 3. */
  readonly length?: number;
  /** Samples of one epoch. Default 1024. */
  readonly size?: number;
  /** Range of the cloud cover of a frame, drawn uniformly. Default [0.05, 0.95]. */
  readonly cover?: readonly [number, number];
  /** Probability that a frame is wholly under cloud. Default 0.08. */
  readonly overcast?: number;
  /** Largest relative change of brightness of the other frames. Default 0.06. */
  readonly jitter?: number;
  /** The file number of reflectance 1. Default 10000. */
  readonly white?: number;
}

type Scalars = Omit<SyntheticDatasetOptions, "places">;

const DEFAULTS = {
  length: 3,
  size: 1024,
  cover: [0.05, 0.95],
  overcast: 0.08,
  jitter: 0.06,
  white: 10000,
} as const;

const CHECKS: Checks<Scalars> = {
  tileSize: integer({ min: 8 }),
  length: integer({ min: 1, max: 64 }),
  size: integer({ min: 1 }),
  cover: pair(number({ min: 0, max: 1 })),
  overcast: number({ min: 0, max: 1 }),
  jitter: number({ min: 0, max: 0.5 }),
  white: number({ above: 0 }),
};

/** Crops without data are drawn anew at most this often. */
const CROP_TRIES = 20;

function checkPlaces(places: readonly (readonly Raster[])[], tileSize: number): readonly string[] {
  const bands = places[0]?.[0]?.bands;
  if (bands === undefined) {
    throw new RangeError("Cannot make a dataset: there must be a place with a date, got none");
  }
  for (const [i, dates] of places.entries()) {
    const first = dates[0];
    if (first === undefined) {
      throw new RangeError(`Cannot make a dataset: place ${i} must have a date, got none`);
    }
    for (const { width, height, bands: own } of dates) {
      if (own.join() !== bands.join()) {
        throw new TypeError(
          `Cannot make a dataset: all rasters must have bands ${bands.join(", ")}, ` +
            `got ${own.join(", ")} in place ${i}`,
        );
      }
      if (width !== first.width || height !== first.height || Math.min(width, height) < tileSize) {
        throw new RangeError(
          `Cannot make a dataset: the dates of place ${i} must be of one size of at least ` +
            `${tileSize}×${tileSize} pixels, got ${first.width}×${first.height} and ` +
            `${width}×${height}`,
        );
      }
    }
  }
  return bands;
}

/** How a sky is drawn: kinds of cloud in about the shares that Sentinel-2 sees. */
function drawClouds(
  rng: Rng,
  { tileSize, cover: [least, most], overcast, white }: Required<Scalars>,
): SyntheticCloudsOptions {
  const u = rng.fork("sky").uniforms(12);
  const whole = u[0]! < overcast;
  const thin = u[1]! < 0.3;
  return {
    cover: whole ? 1 : least + (most - least) * u[2]!,
    scale: Math.max(4, tileSize * (0.5 + 2 * u[3]! ** 2)),
    density: thin ? 0.05 + 0.4 * u[4]! : 0.55 + 0.45 * u[4]!,
    altitude: thin ? u[5]! : 0.5 * u[5]! ** 2,
    haze: 0.02 + 0.3 * u[6]! ** 4,
    shadow: 0.6 + 0.35 * u[7]!,
    shadowDistance: 4 + Math.min(40, tileSize / 2) * u[8]!,
    sunAzimuth: 360 * u[9]!,
    brightness: 0.7 + 0.4 * u[10]!,
    white,
  };
}

/** The crop in every date, or undefined if a date lacks data there. */
function cropDates(dates: readonly Raster[], crop: Crop): readonly Raster[] | undefined {
  const crops: Raster[] = [];
  for (const raster of dates) {
    const { size } = crop;
    const data = pixelArray(raster.dtype, size * size * raster.bands.length);
    cropInto(data, 0, { raster, crop });
    if (hasEmptyPixels(data, raster.bands.length, raster.nodata ?? 0)) return undefined;
    crops.push({ width: size, height: size, bands: raster.bands, data, dtype: raster.dtype });
  }
  return crops;
}

/** Another day's light: one factor for all bands, and a little of its own for each. */
function jittered(
  raster: Raster,
  rng: Rng,
  { jitter, white }: { readonly jitter: number; readonly white: number },
): Raster {
  const bands = raster.bands.length;
  const common = jitter * (2 * rng.uniform() - 1);
  const own = rng.fork("bands").uniforms(bands).map((u) => 1 + common + jitter / 3 * (2 * u - 1));
  const data = raster.data.slice();
  // Never 0, which would mean no data: a DN of 1 where white is 10000.
  const least = white / 10000;
  for (let i = 0; i < data.length; i++) data[i] = Math.max(least, data[i]! * own[i % bands]!);
  return { ...raster, data };
}

/**
 * A dataset of clear rasters under synthetic clouds.
 *
 * Every sample takes a random place and crop. Each frame shows a random date of the place under
 * clouds of its own; the reference frame is drawn at random and the target is its own clear image.
 * The index only picks the stream of random numbers, so `size` is a matter of bookkeeping.
 *
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {RangeError} If a place has no dates, or is smaller than a tile.
 * @throws {TypeError} If the bands differ.
 */
export function syntheticDataset({ places, ...scalars }: SyntheticDatasetOptions): Dataset {
  const options = checkOptions<Scalars>(scalars, {
    checks: CHECKS,
    defaults: DEFAULTS,
    path: "$.data",
  }) as Required<Scalars>;
  const { tileSize, length, size } = options;
  const bands = checkPlaces(places, tileSize);

  function draw(rng: Rng): { place: number; crop: Crop; frames: readonly Raster[] } {
    for (let attempt = 0; attempt < CROP_TRIES; attempt++) {
      const stream = rng.fork(attempt);
      const place = stream.integer(places.length);
      const dates = places[place]!;
      const crop = randomCrop(dates[0]!, { size: tileSize, rng: stream.fork("crop") });
      const shown = Array.from({ length }, (_, l) => stream.fork("date").integer(dates.length, l));
      const frames = cropDates(shown.map((date) => dates[date]!), crop);
      if (frames !== undefined) return { place, crop, frames };
    }
    throw new RangeError(
      `Cannot draw a crop: ${CROP_TRIES} crops of ${tileSize}×${tileSize} pixels must not all ` +
        `contain pixels without data`,
    );
  }

  return {
    size,
    bands,
    sample(index, rng) {
      const stream = rng.fork(index);
      const { place, crop, frames } = draw(stream.fork("crop"));
      const reference = stream.fork("reference").integer(length);
      const pixels = tileSize * tileSize * bands.length;
      const cloudy = new Float32Array(length * pixels);
      for (const [l, frame] of frames.entries()) {
        const own = stream.fork("frame").fork(l);
        const clear = l === reference ? frame : jittered(frame, own.fork("light"), options);
        const sky = syntheticClouds(clear, own.fork("clouds"), drawClouds(own, options));
        cloudy.set(sky.cloudy.data, l * pixels);
      }
      const sample: Sample = {
        name: `place ${place}, column ${crop.column}, row ${crop.row}`,
        length,
        height: tileSize,
        width: tileSize,
        cloudy,
        target: Float32Array.from(frames[reference]!.data),
        reference,
      };
      return Promise.resolve(sample);
    },
  };
}
