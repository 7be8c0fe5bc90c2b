/**
 * One synthetic sample: a crop of a place on several dates, with clouds painted over each frame.
 *
 * @module
 */

import { pixelArray, type Raster, type Rng } from "../core/mod.ts";
import {
  type CloudShape,
  drawClouds,
  otherDay,
  pasteCloud,
  type RealCloud,
} from "../synthetic/mod.ts";
import { type Crop, cropInto, hasEmptyPixels, randomCrop } from "./crop.ts";
import type { Sample } from "./dataset.ts";
import { foundMasksOf } from "./found_masks.ts";
import { foundMask } from "./mask_errors.ts";
import type { PaintOptions } from "./paint_options.ts";
import { pickBands } from "./sample_arrays.ts";

/** Source of the painted samples. */
export interface PaintSource {
  /** Dates of each place: clear rasters of one grid. */
  readonly places: readonly (readonly Raster[])[];
  /** Days of the dates of each place. Default unknown. */
  readonly days?: readonly (readonly string[])[];
  readonly shapes: readonly CloudShape[];
  /** Real clouds, with the bands of the places. */
  readonly clouds: readonly RealCloud[];
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

/**
 * Draws the dates of the frames: one for all, or at random with at least two that differ; with
 * `otherDates`, the reference's and at random others.
 */
function drawDates(
  count: number,
  { length, reference, mix, otherDates, rng }: {
    readonly length: number;
    readonly reference: number;
    readonly mix: number;
    readonly otherDates: boolean;
    readonly rng: Rng;
  },
): readonly number[] {
  const first = rng.integer(count);
  if (otherDates) {
    const other = (l: number) => (first + 1 + rng.fork("date").integer(count - 1, l)) % count;
    return Array.from({ length }, (_, l) => l === reference ? first : other(l));
  }
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
  /** Index of the date of each frame. */
  readonly shown: readonly number[];
}

/** @throws {RangeError} If every crop that was drawn has pixels without data. */
function drawScene(
  { places, tileSize, length }: PaintSource,
  { rng, ...options }: Pick<Required<PaintOptions>, "mix" | "otherDates"> & {
    readonly reference: number;
    readonly rng: Rng;
  },
): Scene {
  for (let attempt = 0; attempt < CROP_TRIES; attempt++) {
    const stream = rng.fork(attempt);
    const place = stream.integer(places.length);
    const dates = places[place]!;
    const crop = randomCrop(dates[0]!, { size: tileSize, rng: stream.fork("crop") });
    const shown = drawDates(dates.length, { ...options, length, rng: stream.fork("dates") });
    const frames = cropDates(shown.map((date) => dates[date]!), crop);
    if (frames !== undefined) return { place, crop, frames, shown };
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
  const { shapes, clouds, image, auxiliary: others, tileSize, length, days } = source;
  const { mix, otherDates, hidden, opaqueCloud, maskErrors, foundMasks, realCloudsShare } = options;
  const reference = rng.fork("reference").integer(length);
  const drawing = { mix, otherDates, reference, rng: rng.fork("crop") };
  const { place, crop, frames, shown } = drawScene(source, drawing);
  const bands = image.length + others.length;
  const pixels = tileSize * tileSize;
  const cloudy = new Float32Array(length * pixels * image.length);
  const auxiliary = new Float32Array(length * pixels * others.length);
  const mask = new Uint8Array(length * pixels);
  const errs = maskErrors > 0 && rng.fork("mask errors").uniform() < maskErrors;
  const finds = foundMasks > 0 && rng.fork("found masks").uniform() < foundMasks;
  const hides = hidden > 0 && rng.fork("hidden").uniform() < hidden;
  const seen: Raster[] = [];
  for (const [l, frame] of frames.entries()) {
    const own = rng.fork("frame").fork(l);
    const clear = l === reference ? frame : otherDay(frame, own.fork("light"), options);
    const pasted = own.fork("real clouds");
    const isReal = clouds.length > 0 && pasted.uniform() < realCloudsShare;
    const clouded = isReal
      ? pasteCloud(clear, clouds[pasted.integer(clouds.length, 1)]!, pasted.fork("paste"))
      : drawClouds(clear, own, { ...options, shapes });
    seen.push(clouded.cloudy);
    const { data } = clouded.cloudy;
    const visible = pickBands(data, bands, image);
    if (hides) {
      const most = own.fork("hidden").uniform() < THICK_ALONE ? 1 : 2;
      replaceClouds(visible, clouded.clouds, { opaqueCloud, most });
    }
    cloudy.set(visible, l * pixels * image.length);
    auxiliary.set(pickBands(data, bands, others), l * pixels * others.length);
    const exact = { mask: clouded.mask, clouds: clouded.clouds, size: tileSize };
    mask.set(errs ? foundMask(exact, own.fork("mask")) : clouded.mask, l * pixels);
  }
  const dates = days && shown.map((date) => days[place]![date]!);
  if (finds) {
    const found = foundMasksOf(seen, { reference, dates, rng: rng.fork("compared") });
    found.forEach((one, l) => mask.set(one, l * pixels));
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
    // Frames of one date are drawn as if they were others: their days say nothing.
    ...(otherDates && dates && { dates }),
  };
}
