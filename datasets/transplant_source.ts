/**
 * Series in memory with the clouds that the detector finds on every date.
 *
 * @module
 */

import { InputError, normalizeBand, type Raster } from "../core/mod.ts";
import { detectClouds } from "../clouds/mod.ts";
import { readRaster } from "../rasters/mod.ts";
import { pickBands } from "./sample_arrays.ts";
import { findSeries } from "./transplant_files.ts";

/** One date of a place. */
export interface TransplantDate {
  /** As `2018-03-07`. */
  readonly day: string;
  /** File of the date, for messages. */
  readonly path: string;
  /** Bands of the samples. */
  readonly raster: Raster;
  /** 1 under cloud or shadow and where there is no data, [height, width]. */
  readonly hidden: Uint8Array;
  /** Share of pixels that are not hidden. */
  readonly clear: number;
  /** Donors: 1 where pixels are pasted, the grown clouds. */
  readonly pasted?: Uint8Array;
}

/** Dates of one grid. */
export interface TransplantPlace {
  /** Name of the folder; "" for the root itself. */
  readonly name: string;
  /** In order of days. */
  readonly dates: readonly TransplantDate[];
}

/** Selected bands of a raster as a raster of its own. */
function withBands(raster: Raster, bands: readonly string[], path: string): Raster {
  const own = raster.bands.map(normalizeBand);
  const picked = bands.map((band) => own.indexOf(normalizeBand(band)));
  const lacking = bands.filter((_, i) => picked[i]! < 0);
  if (lacking.length > 0) {
    throw new InputError(
      `Cannot use ${path}: it must have the bands ${bands.join(", ")}, got ${own.join(", ")}`,
    );
  }
  const data = pickBands(raster.data, own.length, picked);
  const { width, height } = raster;
  const whole = raster.dtype === "uint16";
  return {
    width,
    height,
    bands,
    dtype: whole ? "uint16" : "float32",
    data: whole ? Uint16Array.from(data) : data,
  };
}

/** Clouds and shadows by the detector, and pixels without data. */
function hiddenPixels(raster: Raster): Uint8Array {
  const { data, bands: { length: depth }, nodata = 0, valid } = raster;
  return detectClouds(raster).map((value, i) => {
    const pixel = data.subarray(i * depth, (i + 1) * depth);
    const empty = valid?.[i] === 0 || pixel.every((one) => one === nodata || Number.isNaN(one));
    return value !== 0 || empty ? 1 : 0;
  });
}

/** Options of {@linkcode readSeries}. */
export interface ReadSeriesOptions {
  /** Bands of the samples. */
  readonly bands: readonly string[];
  /** Names of the files' bands in order. Default those in the files. */
  readonly fileBands?: readonly string[];
  /** Stored value of reflectance 1. Default 10000. */
  readonly reflectanceScale?: number;
}

/**
 * Reads the dates of every place and detects their clouds.
 *
 * @param root Holds a GeoTIFF a date, or a folder of them for each place.
 * @throws {InputError} If the folder is missing, files cannot be read, lack bands or differ in size, or
 *   two files are of one day.
 */
export async function readSeries(
  root: string,
  { bands, fileBands, reflectanceScale }: ReadSeriesOptions,
): Promise<readonly TransplantPlace[]> {
  const places: TransplantPlace[] = [];
  for (const { name, dates: files } of await findSeries(root)) {
    const dates: TransplantDate[] = [];
    for (const { day, path } of files) {
      const read = await readRaster(path);
      if (fileBands !== undefined && fileBands.length !== read.bands.length) {
        throw new InputError(
          `Cannot use ${path}: it must have ${fileBands.length} bands, got ${read.bands.length}`,
        );
      }
      const raster = { ...read, bands: fileBands ?? read.bands, reflectanceScale };
      const [first, last] = [dates[0], dates.at(-1)];
      if (
        first !== undefined &&
        (first.raster.width !== raster.width || first.raster.height !== raster.height)
      ) {
        throw new InputError(
          `Cannot use ${path}: it must have the size of ${first.path}, ` +
            `${first.raster.width}×${first.raster.height}, got ${raster.width}×${raster.height}`,
        );
      }
      if (last?.day === day) {
        throw new InputError(`Cannot use ${path}: ${day} must have one file, got ${last.path} too`);
      }
      const hidden = hiddenPixels(raster);
      const clear = hidden.reduce((sum, value) => sum + 1 - value, 0) / hidden.length;
      dates.push({ day, path, raster: withBands(raster, bands, path), hidden, clear });
    }
    places.push({ name, dates });
  }
  return places;
}

/** A mask grown by a square of `radius` pixels. */
export function grow(
  mask: Uint8Array,
  { width, height, radius }: {
    readonly width: number;
    readonly height: number;
    readonly radius: number;
  },
): Uint8Array {
  const along = (from: Uint8Array, step: number, count: number) => {
    const out = new Uint8Array(from.length);
    for (let i = 0; i < from.length; i++) {
      if (from[i] === 0) continue;
      const at = Math.floor(i / step) % count;
      const [least, most] = [Math.max(0, at - radius), Math.min(count - 1, at + radius)];
      for (let j = least; j <= most; j++) out[i + (j - at) * step] = 1;
    }
    return out;
  };
  return along(along(mask, 1, width), width, height);
}
