/**
 * Dated rasters of one place on one grid.
 *
 * @module
 */

import type { GeoTransform, Raster } from "../core/mod.ts";
import { dateOf, normalizeBand, openRaster, type RasterHeader } from "../data/mod.ts";

/** One dated raster file. */
export interface SceneInput {
  /** Path or address of a GeoTIFF. */
  readonly path: string;
  /** As `2018-03-07`; default what the path says. */
  readonly date?: string;
}

/** Options of {@linkcode readSeries}. */
export interface ReadSeriesOptions {
  /** Names of the files' bands in order, where the files do not state them. */
  readonly bandNames?: readonly string[];
  /** Bands to read, in this order; default all of the first file. */
  readonly bands?: readonly string[];
  /** The date that is meant: its place among `inputs`, its date or its path. Default the last date. */
  readonly reference?: number | string;
}

/** Rasters of one grid by rising date. */
export interface Series {
  readonly frames: readonly Raster[];
  /** The date of each frame, where it is known. */
  readonly dates: readonly (string | undefined)[];
  readonly paths: readonly string[];
  /** The frame that is meant. */
  readonly reference: number;
  /** What the reference's file says of its numbers. */
  readonly header: RasterHeader;
}

/** Grids may differ by this share of a pixel: less than resampling would mend. */
const GRID_TOLERANCE = 0.01;

function showTransform(transform: GeoTransform | undefined): string {
  return transform === undefined ? "none" : `[${transform.join(", ")}]`;
}

function sameTransform(a: GeoTransform | undefined, b: GeoTransform | undefined, size: number) {
  if (a === undefined || b === undefined) return a === b;
  const pixel = Math.max(Math.hypot(a[1], a[4]), Math.hypot(a[2], a[5]));
  // An error of the pixel size grows over the image.
  return a.every((value, i) =>
    Math.abs(value - b[i]!) * (i % 3 === 0 ? 1 : size) <= GRID_TOLERANCE * pixel
  );
}

/** @throws {TypeError} If a file's grid is not that of the first. */
function checkGrids(headers: readonly RasterHeader[], paths: readonly string[]): void {
  const first = headers[0]!;
  for (const [i, header] of headers.entries()) {
    const { width, height, transform, crs } = header;
    const same = width === first.width && height === first.height &&
      sameTransform(first.transform, transform, Math.max(width, height));
    if (!same) {
      throw new TypeError(
        `Cannot combine ${paths[0]} and ${paths[i]}: they must have one grid, got ` +
          `${first.width}×${first.height} with transform ${showTransform(first.transform)} and ` +
          `${width}×${height} with transform ${showTransform(transform)}; ` +
          `bring them to one grid first, as with gdalwarp -te … -ts …`,
      );
    }
    if (crs?.epsg !== first.crs?.epsg) {
      throw new TypeError(
        `Cannot combine ${paths[0]} and ${paths[i]}: they must have one CRS, got ` +
          `EPSG:${first.crs?.epsg ?? "none"} and EPSG:${crs?.epsg ?? "none"}; ` +
          `bring them to one CRS first, as with gdalwarp -t_srs …`,
      );
    }
  }
}

function findReference(
  given: number | string,
  { inputs, dates }: {
    readonly inputs: readonly SceneInput[];
    readonly dates: readonly (string | undefined)[];
  },
): number {
  const index = typeof given === "number"
    ? given
    : inputs.findIndex(({ path }, i) => path === given || dates[i] === given);
  if (!Number.isInteger(index) || index < 0 || index >= inputs.length) {
    throw new RangeError(
      `Cannot take ${given} for the reference: it must be 0 … ${inputs.length - 1}, or one of ` +
        inputs.map(({ path }, i) => dates[i] ?? path).join(", "),
    );
  }
  return index;
}

/** Indices by rising date; the order given where a date is unknown. */
function byDate(dates: readonly (string | undefined)[]): readonly number[] {
  const order = dates.map((_, i) => i);
  if (dates.includes(undefined)) return order;
  return order.sort((a, b) => dates[a]! < dates[b]! ? -1 : dates[a]! > dates[b]! ? 1 : a - b);
}

async function readFrame(
  { path }: SceneInput,
  { bandNames, bands }: ReadSeriesOptions,
): Promise<{ header: RasterHeader; raster: Raster }> {
  const file = await openRaster(path);
  try {
    const names = bandNames?.map(normalizeBand) ?? file.header.bands;
    if (names.length !== file.header.bands.length) {
      throw new TypeError(
        `Cannot read raster ${path}: it must have the ${names.length} bands ` +
          `${names.join(", ")}, got ${file.header.bands.length}`,
      );
    }
    const wanted = (bands ?? names).map(normalizeBand);
    const missing = wanted.filter((band) => !names.includes(band));
    if (missing.length > 0) {
      throw new TypeError(
        `Cannot read raster ${path}: it must have the bands ${wanted.join(", ")}, got ` +
          `${names.join(", ")}; where these are only unnamed, say what they are with band names`,
      );
    }
    const raster = await file.read({ bands: wanted.map((band) => names.indexOf(band)) });
    return { header: file.header, raster: { ...raster, bands: wanted } };
  } finally {
    await file.close();
  }
}

/**
 * Reads dated GeoTIFFs of one grid.
 *
 * @returns The frames by rising date (in the order given where a date is unknown).
 * @throws {TypeError} If a file cannot be read, lacks a band, or has another grid than the first.
 * @throws {RangeError} If there is no input or the reference is none of them.
 */
export async function readSeries(
  inputs: readonly SceneInput[],
  options: ReadSeriesOptions = {},
): Promise<Series> {
  if (inputs.length === 0) {
    throw new RangeError("Cannot read a series: there must be at least one raster, got none");
  }
  const dates = inputs.map(({ path, date }) => date ?? dateOf(path));
  const order = byDate(dates);
  const reference = findReference(options.reference ?? order.at(-1)!, { inputs, dates });
  const first = await readFrame(inputs[0]!, options);
  const read = [first];
  for (const input of inputs.slice(1)) {
    read.push(await readFrame(input, { bands: first.raster.bands, ...options }));
  }
  checkGrids(read.map(({ header }) => header), inputs.map(({ path }) => path));
  return {
    frames: order.map((i) => read[i]!.raster),
    dates: order.map((i) => dates[i]),
    paths: order.map((i) => inputs[i]!.path),
    reference: order.indexOf(reference),
    header: read[reference]!.header,
  };
}
