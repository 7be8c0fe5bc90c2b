/**
 * One synthetic sample: a crop of a place on several dates, with clouds painted over each frame.
 *
 * @module
 */

import {
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
import { type CloudShape, drawClouds, otherDay } from "../synthetic/mod.ts";
import { type Crop, cropInto, hasEmptyPixels, randomCrop } from "./crop.ts";
import type { Sample } from "./dataset.ts";
import { pickBands } from "./sample_arrays.ts";

/** Options of the painted samples. */
export interface PaintOptions {
  /** Bands that are not part of the image but go to the samples' auxiliary bands. Default none. */
  readonly auxiliaryBands?: readonly string[];
  /** Samples of one epoch. Default 1024. */
  readonly size?: number;
  /** Probability that the frames mix dates; otherwise all show the same one. Default 0.5. */
  readonly mix?: number;
  /** Range of the cloud cover of a frame, drawn uniformly. Default [0.05, 0.95]. */
  readonly cover?: readonly [number, number];
  /** Probability that a frame is completely cloudy. Default 0.08. */
  readonly overcast?: number;
  /** Probability that cirrus covers the other clouds of a frame. Default 0.15. */
  readonly cirrus?: number;
  /** Probability that the clouds of a frame have the shapes of real clouds, if given. Default 0.4. */
  readonly shapesShare?: number;
  /**
   * Variation of the clouds in colour, lumps, brightness and height around the template, in [0, 1].
   * Default 0.
   */
  readonly variety?: number;
  /**
   * Probability that a sample's clouds are replaced by `opaqueCloud`, as a restoration with a mask
   * replaces them; in one frame of five only the thick ones. Default 0.
   */
  readonly hidden?: number;
  /** Replacement of hidden clouds, one value per band of the image, as in the model's card. */
  readonly opaqueCloud?: readonly number[];
  /** Largest relative change of brightness in the other frames. Default 0.06. */
  readonly jitter?: number;
  /** Largest relative change of green in the other frames, see {@linkcode otherDay}. Default 0.1. */
  readonly season?: number;
}

/** Defaults of {@linkcode PaintOptions}. */
export const PAINT_DEFAULTS = {
  auxiliaryBands: [] as readonly string[],
  size: 1024,
  mix: 0.5,
  cover: [0.05, 0.95],
  overcast: 0.08,
  cirrus: 0.15,
  shapesShare: 0.4,
  variety: 0,
  hidden: 0,
  opaqueCloud: [] as readonly number[],
  jitter: 0.06,
  season: 0.1,
} as const;

const share = number({ min: 0, max: 1 });

/** One check per option of {@linkcode PaintOptions}. */
export const PAINT_CHECKS: Checks<PaintOptions> = {
  size: integer({ min: 1 }),
  auxiliaryBands: list(string),
  mix: share,
  shapesShare: share,
  cover: pair(share),
  overcast: share,
  cirrus: share,
  variety: share,
  hidden: share,
  opaqueCloud: list(number()),
  season: number({ min: 0, max: 0.5 }),
  jitter: number({ min: 0, max: 0.5 }),
};

/** Source of the painted samples. */
export interface PaintSource {
  /** Dates of each place: clear rasters of one grid. */
  readonly places: readonly (readonly Raster[])[];
  readonly shapes: readonly CloudShape[];
  /** Indices of the bands of the image. */
  readonly image: readonly number[];
  /** Indices of the auxiliary bands. */
  readonly auxiliary: readonly number[];
  readonly tileSize: number;
  readonly length: number;
}

/** Share of hidden frames whose thin clouds stay. */
const THICK_ALONE = 0.2;

/** Crops without data are redrawn at most this often. */
const CROP_TRIES = 20;

/** Crops every date. Returns undefined if a date lacks data there. */
function cropDates(dates: readonly Raster[], crop: Crop): readonly Raster[] | undefined {
  const crops: Raster[] = [];
  for (const raster of dates) {
    const { size } = crop;
    const { bands, dtype, reflectanceScale } = raster;
    const data = pixelArray(dtype, size * size * bands.length);
    cropInto(data, { raster, crop });
    if (hasEmptyPixels(data, bands.length, raster.nodata ?? 0)) return undefined;
    crops.push({ width: size, height: size, bands, data, dtype, reflectanceScale });
  }
  return crops;
}

/** Draws the dates of the frames: one for all, or at random with at least two that differ. */
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

/** Replaces the pixels whose class is cloud, up to the class `most`. */
function replaceClouds(
  shown: Float32Array,
  clouds: Uint8Array,
  { opaqueCloud, most }: { readonly opaqueCloud: readonly number[]; readonly most: number },
): void {
  for (const [i, value] of clouds.entries()) {
    if (value !== 0 && value <= most) shown.set(opaqueCloud, i * opaqueCloud.length);
  }
}

/** A crop of a place, and the dates that its frames show. */
interface Scene {
  readonly place: number;
  readonly crop: Crop;
  readonly frames: readonly Raster[];
}

/** @throws {RangeError} If every crop that was drawn has pixels without data. */
function drawScene({ places, tileSize, length }: PaintSource, mix: number, rng: Rng): Scene {
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

/**
 * Draws a sample. The reference frame is drawn at random, and the target is its clear image.
 *
 * @throws {RangeError} If no crop with data everywhere was found.
 */
export function paintedSample(
  source: PaintSource,
  options: Required<PaintOptions>,
  rng: Rng,
): Sample {
  const { shapes, image, auxiliary: others, tileSize, length } = source;
  const { mix, hidden, opaqueCloud } = options;
  const { place, crop, frames } = drawScene(source, mix, rng.fork("crop"));
  const reference = rng.fork("reference").integer(length);
  const bands = image.length + others.length;
  const pixels = tileSize * tileSize;
  const cloudy = new Float32Array(length * pixels * image.length);
  const auxiliary = new Float32Array(length * pixels * others.length);
  const mask = new Uint8Array(length * pixels);
  const hides = hidden > 0 && rng.fork("hidden").uniform() < hidden;
  for (const [l, frame] of frames.entries()) {
    const own = rng.fork("frame").fork(l);
    const clear = l === reference ? frame : otherDay(frame, own.fork("light"), options);
    const clouded = drawClouds(clear, own, { ...options, shapes });
    const { data } = clouded.cloudy;
    const shown = pickBands(data, bands, image);
    if (hides) {
      const most = own.fork("hidden").uniform() < THICK_ALONE ? 1 : 2;
      replaceClouds(shown, clouded.clouds, { opaqueCloud, most });
    }
    cloudy.set(shown, l * pixels * image.length);
    auxiliary.set(pickBands(data, bands, others), l * pixels * others.length);
    mask.set(clouded.mask, l * pixels);
  }
  return {
    name: `place ${place}, column ${crop.column}, row ${crop.row}`,
    length,
    height: tileSize,
    width: tileSize,
    cloudy,
    target: pickBands(frames[reference]!.data, bands, image),
    ...(others.length > 0 && { auxiliary }),
    reference,
    mask,
  };
}
