/**
 * One sample of transplanted clouds: the cloud pixels of one date pasted on a clear date of a series.
 *
 * @module
 */

import { InputError, type Raster, type Rng } from "../core/mod.ts";
import { cropInto } from "./crop.ts";
import type { Sample } from "./dataset.ts";
import type { TransplantDate, TransplantPlace } from "./transplant_source.ts";

/** Dates that a sample is made of. */
export interface Transplant {
  readonly place: TransplantPlace;
  /** Index of the clear date. */
  readonly reference: number;
  /** Date whose clouds are pasted. */
  readonly donor: TransplantDate;
}

/** Crops without a pasted pixel are redrawn at most this often. */
const CROP_TRIES = 20;

/** A square crop at a random position; the image itself if it is no larger. */
function drawCrop({ width, height }: Raster, size: number, rng: Rng) {
  return {
    column: rng.integer(width - size + 1, 0),
    row: rng.integer(height - size + 1, 1),
    size,
    symmetry: 0,
  };
}

/** Crop of a mask [height, width]. */
function cropMask(mask: Uint8Array, { width, height }: Raster, crop: ReturnType<typeof drawCrop>) {
  const out = new Uint8Array(crop.size ** 2);
  const raster = { width, height, bands: ["mask"], dtype: "uint8" as const, data: mask };
  cropInto(out, { raster, crop });
  return out;
}

const daysBetween = (a: string, b: string) => Math.abs(Date.parse(a) - Date.parse(b)) / 86_400_000;

/**
 * Indices of the frames in order of days: the reference and the nearest other dates, those that show
 * enough ground first.
 */
export function framesNear(
  { dates }: TransplantPlace,
  { reference, length, usable }: {
    readonly reference: number;
    readonly length: number;
    /** Least clear share of a date that shows enough ground. */
    readonly usable: number;
  },
): readonly number[] {
  const { day } = dates[reference]!;
  const rank = (l: number) =>
    daysBetween(dates[l]!.day, day) + (dates[l]!.clear >= usable ? 0 : Infinity);
  const rest = (l: number) => daysBetween(dates[l]!.day, day);
  const others = [...dates.keys()].filter((l) => l !== reference)
    .sort((a, b) => {
      const [first, second] = [rank(a), rank(b)];
      return first === second ? rest(a) - rest(b) || a - b : first - second;
    });
  return [reference, ...others.slice(0, length - 1)].sort((a, b) => a - b);
}

/**
 * Pastes the donor's clouds on a crop of the reference. The other frames are real, under their own
 * clouds.
 *
 * @throws {InputError} If no crop of the donor that was drawn has a cloud.
 */
export function transplantedSample(
  { place, reference, donor }: Transplant,
  { tileSize, length, usable, rng }: {
    readonly tileSize: number;
    readonly length: number;
    readonly usable: number;
    readonly rng: Rng;
  },
): Sample {
  const { dates, name } = place;
  const own = dates[reference]!;
  const crop = drawCrop(own.raster, tileSize, rng.fork("crop"));
  const shown = framesNear(place, { reference, length, usable });
  const depth = own.raster.bands.length;
  const [pixels, values] = [tileSize ** 2, tileSize ** 2 * depth];
  const cloudy = new Float32Array(length * values);
  const mask = new Uint8Array(length * pixels);
  for (const [l, index] of shown.entries()) {
    const { raster, hidden } = dates[index]!;
    cropInto(cloudy.subarray(l * values, (l + 1) * values), { raster, crop });
    mask.set(cropMask(hidden, raster, crop), l * pixels);
  }
  const at = shown.indexOf(reference);
  const target = cloudy.slice(at * values, (at + 1) * values);
  const pasted = new Float32Array(values);
  for (let attempt = 0; attempt < CROP_TRIES; attempt++) {
    const from = drawCrop(donor.raster, tileSize, rng.fork("donor").fork(attempt));
    const clouds = cropMask(donor.pasted!, donor.raster, from);
    if (!clouds.includes(1)) continue;
    cropInto(pasted, { raster: donor.raster, crop: from });
    for (const [i, value] of clouds.entries()) {
      if (value === 0) continue;
      const pixel = pasted.subarray(i * depth, (i + 1) * depth);
      cloudy.set(pixel, at * values + i * depth);
    }
    mask.set(clouds, at * pixels);
    return {
      name: [name, own.day, `clouds of ${donor.day}`].filter((part) => part !== "").join(", "),
      length,
      height: tileSize,
      width: tileSize,
      cloudy,
      target,
      reference: at,
      mask,
      dates: shown.map((index) => dates[index]!.day),
    };
  }
  throw new InputError(
    `Cannot use the donor ${donor.path}: of ${CROP_TRIES} random crops of ${tileSize}×${tileSize} ` +
      "pixels one must show cloud, got none",
  );
}
