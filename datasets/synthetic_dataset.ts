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
  list,
  number,
  pair,
  pixelArray,
  type Raster,
  type Rng,
  string,
} from "../core/mod.ts";
import {
  type Crop,
  cropInto,
  type Dataset,
  hasEmptyPixels,
  randomCrop,
  type Sample,
} from "./dataset.ts";
import { type CloudShape, cloudShapesCheck, drawClouds, otherDay } from "../synthetic/mod.ts";
import { placesDigest } from "./dataset_digest.ts";
import { pickBands } from "./sample_arrays.ts";

/** Options of {@linkcode syntheticDataset}. */
export interface SyntheticDatasetOptions {
  /** The dates of each place: clear rasters of one grid, all places with the same bands. */
  readonly places: readonly (readonly Raster[])[];
  /** Bands that are no part of the image but go to the samples' auxiliary bands. Default none. */
  readonly auxiliaryBands?: readonly string[];
  /** Side of the square crops, in pixels. */
  readonly tileSize: number;
  /** Frames L of each sample. Default 3. */
  readonly length?: number;
  /** Samples of one epoch. Default 1024. */
  readonly size?: number;
  /** Probability that the frames mix dates; else all show one. Default 0.5. */
  readonly mix?: number;
  /** Range of the cloud cover of a frame, drawn uniformly. Default [0.05, 0.95]. */
  readonly cover?: readonly [number, number];
  /** Probability that a frame is wholly under cloud. Default 0.08. */
  readonly overcast?: number;
  /** Probability that cirrus lies over a frame's other clouds. Default 0.15. */
  readonly cirrus?: number;
  /** Shapes of real clouds. Default none. */
  readonly shapes?: readonly CloudShape[];
  /** Probability that a frame's clouds have one of these shapes. Default 0.4. */
  readonly shapesShare?: number;
  /**
   * How much clouds differ from the template in colour, lumps, brightness and height, in [0, 1].
   * Default 0.
   */
  readonly variety?: number;
  /**
   * Probability that a sample's clouds are replaced by `opaqueCloud`, as a restoration with a mask hides
   * them; of one frame in five the thick ones alone. Default 0.
   */
  readonly hidden?: number;
  /** What stands for hidden cloud, of each band of the image; the model's card has the same. */
  readonly opaqueCloud?: readonly number[];
  /** Largest relative change of brightness of the other frames. Default 0.06. */
  readonly jitter?: number;
  /** Largest relative change of green in the other frames, see {@linkcode otherDay}. Default 0.1. */
  readonly season?: number;
}

type Settings = Omit<SyntheticDatasetOptions, "places">;

const DEFAULTS = {
  auxiliaryBands: [] as readonly string[],
  length: 3,
  size: 1024,
  mix: 0.5,
  cover: [0.05, 0.95],
  overcast: 0.08,
  cirrus: 0.15,
  shapes: [] as readonly CloudShape[],
  shapesShare: 0.4,
  variety: 0,
  hidden: 0,
  opaqueCloud: [] as readonly number[],
  jitter: 0.06,
  season: 0.1,
} as const;

const share = number({ min: 0, max: 1 });

const CHECKS: Checks<Settings> = {
  auxiliaryBands: list(string),
  tileSize: integer({ min: 8 }),
  length: integer({ min: 1, max: 64 }),
  size: integer({ min: 1 }),
  mix: share,
  cover: pair(share),
  overcast: share,
  cirrus: share,
  shapes: cloudShapesCheck,
  shapesShare: share,
  variety: share,
  hidden: share,
  opaqueCloud: list(number()),
  jitter: number({ min: 0, max: 0.5 }),
  season: number({ min: 0, max: 0.5 }),
};

/** Share of hidden frames whose thin clouds stay. */
const THICK_ALONE = 0.2;

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

/** The crop in every date, or undefined if a date lacks data there. */
function cropDates(dates: readonly Raster[], crop: Crop): readonly Raster[] | undefined {
  const crops: Raster[] = [];
  for (const raster of dates) {
    const { size } = crop;
    const { bands, dtype, reflectanceScale } = raster;
    const data = pixelArray(dtype, size * size * bands.length);
    cropInto(data, 0, { raster, crop });
    if (hasEmptyPixels(data, bands.length, raster.nodata ?? 0)) return undefined;
    crops.push({ width: size, height: size, bands, data, dtype, reflectanceScale });
  }
  return crops;
}

/** Dates of the frames: all of one, or at random with at least two that differ. */
function drawDates(count: number, length: number, mix: number, rng: Rng): readonly number[] {
  const first = rng.integer(count);
  if (count < 2 || length < 2 || rng.fork("mix").uniform() >= mix) {
    return Array.from({ length }, () => first);
  }
  const dates = Array.from({ length }, (_, l) => rng.fork("date").integer(count, l));
  if (dates.every((date) => date === dates[0])) {
    const l = rng.fork("other").integer(length);
    dates[l] = (dates[l]! + 1 + rng.fork("other").integer(count - 1, 1)) % count;
  }
  return dates;
}

/** Indices of the bands of the image and of the auxiliary ones. */
function divideBands(all: readonly string[], auxiliary: readonly string[]) {
  const beside = auxiliary.map((band) => all.indexOf(band));
  const lacking = auxiliary.find((_, i) => beside[i] === -1);
  if (lacking !== undefined || beside.length === all.length) {
    throw new RangeError(
      `Cannot make a dataset: its auxiliary bands must be some of ${all.join(", ")}, got ` +
        auxiliary.join(", "),
    );
  }
  return { image: [...all.keys()].filter((i) => !beside.includes(i)), beside };
}

/**
 * A dataset of clear rasters under synthetic clouds.
 *
 * Every sample takes a random place and crop. Its frames show the place on one date or on several,
 * each in a light of its own and under clouds of its own; the reference frame is drawn at random and
 * the target is its own clear image. The index only picks the stream of random numbers, so `size` is
 * a matter of bookkeeping.
 *
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {RangeError} If a place has no dates, or is smaller than a tile.
 * @throws {TypeError} If the bands differ.
 */
export function syntheticDataset({ places, ...settings }: SyntheticDatasetOptions): Dataset {
  const options = checkOptions<Settings>(settings, {
    checks: CHECKS,
    defaults: DEFAULTS,
    path: "$.data",
  }) as Required<Settings>;
  const { tileSize, length, size, mix } = options;
  const bands = checkPlaces(places, tileSize);
  const { image, beside } = divideBands(bands, options.auxiliaryBands);
  const { hidden, opaqueCloud } = options;
  if (hidden > 0 && opaqueCloud.length !== image.length) {
    throw new RangeError(
      `Cannot make a dataset: to hide clouds, opaqueCloud must have a number for each of ` +
        `${image.length} bands, got ${opaqueCloud.length}`,
    );
  }

  /** Opaque cloud where the class is cloud, up to `most`. */
  function hide(shown: Float32Array, clouds: Uint8Array, most: number): void {
    for (const [i, value] of clouds.entries()) {
      if (value !== 0 && value <= most) shown.set(opaqueCloud, i * opaqueCloud.length);
    }
  }

  function draw(rng: Rng): { place: number; crop: Crop; frames: readonly Raster[] } {
    for (let attempt = 0; attempt < CROP_TRIES; attempt++) {
      const stream = rng.fork(attempt);
      const place = stream.integer(places.length);
      const dates = places[place]!;
      const crop = randomCrop(dates[0]!, { size: tileSize, rng: stream.fork("crop") });
      const shown = drawDates(dates.length, length, mix, stream.fork("dates"));
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
    bands: image.map((b) => bands[b]!),
    digest: placesDigest(places, options.shapes),
    sample(index, rng) {
      const stream = rng.fork(index);
      const { place, crop, frames } = draw(stream.fork("crop"));
      const reference = stream.fork("reference").integer(length);
      const pixels = tileSize * tileSize;
      const cloudy = new Float32Array(length * pixels * image.length);
      const auxiliary = new Float32Array(length * pixels * beside.length);
      const mask = new Uint8Array(length * pixels);
      const hides = hidden > 0 && stream.fork("hidden").uniform() < hidden;
      for (const [l, frame] of frames.entries()) {
        const own = stream.fork("frame").fork(l);
        const clear = l === reference ? frame : otherDay(frame, own.fork("light"), options);
        const sky = drawClouds(clear, own, options);
        const { data } = sky.cloudy;
        const shown = pickBands(data, bands.length, image);
        if (hides) hide(shown, sky.clouds, own.fork("hidden").uniform() < THICK_ALONE ? 1 : 2);
        cloudy.set(shown, l * pixels * image.length);
        auxiliary.set(pickBands(data, bands.length, beside), l * pixels * beside.length);
        mask.set(sky.mask, l * pixels);
      }
      const sample: Sample = {
        name: `place ${place}, column ${crop.column}, row ${crop.row}`,
        length,
        height: tileSize,
        width: tileSize,
        cloudy,
        target: pickBands(frames[reference]!.data, bands.length, image),
        ...(beside.length > 0 && { auxiliary }),
        reference,
        mask,
      };
      return Promise.resolve(sample);
    },
  };
}
