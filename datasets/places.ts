/**
 * Places on several dates in folders: `root/<place>/<date>/B01.tif …`, the layout of the OSCD images.
 *
 * @module
 */

import { InputError, type PixelArray, type Raster } from "../core/mod.ts";
import { findFolder } from "../files/mod.ts";
import { dateOf, readBandFolder } from "../products/mod.ts";

/** One place on the ground and its dates. */
export interface Place {
  /** Name of the folder that holds the dates. */
  readonly name: string;
  /** Such as `2018-03-07`, one per raster, ascending. */
  readonly dates: readonly string[];
  /** Rasters of one grid. */
  readonly rasters: readonly Raster[];
}

/** Options of {@linkcode readPlaces}. */
export interface ReadPlacesOptions {
  /** Only these places, in this order. Default all, by name. */
  readonly names?: readonly string[];
  /** Bands in order. Default the 13 of Sentinel-2 L1C. */
  readonly bands?: readonly string[];
}

async function foldersIn(path: string): Promise<readonly string[]> {
  const names = await findFolder(path);
  if (names === undefined) {
    throw new InputError(`Cannot read places: the folder ${path} must exist`);
  }
  return names.folders;
}

/**
 * Reads the places of a folder. Dates of a place that differ in size are cropped to their common upper
 * left part.
 *
 * @throws {InputError} If a folder, a date or a band is missing.
 */
export async function readPlaces(
  root: string,
  { names, bands }: ReadPlacesOptions = {},
): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const name of names ?? await foldersIn(root)) {
    const dates = (await foldersIn(`${root}/${name}`)).filter((folder) => dateOf(folder));
    if (dates.length === 0) {
      throw new InputError(
        `Cannot read place ${root}/${name}: it must hold folders named by date, got none`,
      );
    }
    const rasters: Raster[] = [];
    for (const date of dates) {
      rasters.push(await readBandFolder(`${root}/${name}/${date}`, { ...(bands && { bands }) }));
    }
    places.push({ name, dates: dates.map((date) => dateOf(date)!), rasters: cutAlike(rasters) });
  }
  return places;
}

/** Columns and rows at the upper left of [height, width, depth]. */
function cutArray<T extends PixelArray>(
  values: T,
  { from, width, height, depth }: {
    /** Columns of the array. */
    readonly from: number;
    readonly width: number;
    readonly height: number;
    readonly depth: number;
  },
): T {
  const row = width * depth;
  const out = values.slice(0, height * row) as T;
  for (let y = 0; y < height; y++) {
    const at = y * from * depth;
    out.set(values.subarray(at, at + row), y * row);
  }
  return out;
}

/** Crops rasters to their common upper left part. */
function cutAlike(rasters: readonly Raster[]): readonly Raster[] {
  const width = Math.min(...rasters.map((raster) => raster.width));
  const height = Math.min(...rasters.map((raster) => raster.height));
  return rasters.map((raster) => {
    if (raster.width === width && raster.height === height) return raster;
    const size = { from: raster.width, width, height };
    const data = cutArray(raster.data, { ...size, depth: raster.bands.length });
    const valid = raster.valid && cutArray(raster.valid, { ...size, depth: 1 });
    return { ...raster, width, height, data, ...(valid && { valid }) };
  });
}
