/**
 * Writes results of several dates as one Zarr cube: an array for each band with the dimensions time, y
 * and x, whose chunks hold one date each.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { InputError, OutputError, pixelArray, type Raster } from "../core/mod.ts";
import { makeFolderOf, writing } from "../files/mod.ts";
import {
  createZarr,
  crsName,
  openRaster,
  type RasterFile,
  type RasterHeader,
  sameCrs,
  type ZarrWriter,
} from "../rasters/mod.ts";
import type { ScenePaths } from "./scene_paths.ts";

/** The files of one date. */
export interface CubeImage extends Omit<ScenePaths, "picture" | "item"> {
  /** Day or time of the date in RFC 3339. */
  readonly time: string;
}

/** Options of {@linkcode writeCube}. */
export interface WriteCubeOptions {
  /** Replaces an existing store. Default false. */
  readonly overwrite?: boolean;
  /** Side of a chunk in pixels. Default 512. */
  readonly side?: number;
  /** Cancels the work with its reason; nothing is written then. */
  readonly signal?: AbortSignal;
}

/** Rasters of a date and the names of their arrays. */
const KINDS = [
  { kind: "output", nameOf: (band: string) => band },
  { kind: "provenance", nameOf: () => "provenance" },
  { kind: "uncertainty", nameOf: (band: string) => `${band}_uncertainty` },
  { kind: "support", nameOf: () => "support" },
  { kind: "days", nameOf: () => "days" },
] as const;

const SIDE = 512;
const MS_PER_SECOND = 1000;

/** Seconds since 1970. */
function secondsOf(time: string): bigint {
  return BigInt(Math.round(Date.parse(time) / MS_PER_SECOND));
}

/** @throws {InputError} If an image is on another grid or has other bands than the first. */
function checkAlike(header: RasterHeader, first: RasterHeader, path: string): void {
  const { width, height, bands, dtype, transform } = header;
  const isAlike = width === first.width && height === first.height && dtype === first.dtype &&
    bands.join() === first.bands.join() && String(transform) === String(first.transform) &&
    sameCrs(header.crs, first.crs);
  if (isAlike) return;
  throw new InputError(
    `Cannot add ${path} to a cube: all dates must have one grid, pixel type and bands, ` +
      `${first.width}×${first.height} of ${first.dtype}, ${first.bands.join(", ")}, ` +
      `${crsName(first.crs)}, got ${width}×${height} of ${dtype}, ${bands.join(", ")}, ` +
      crsName(header.crs),
  );
}

/** Coordinates of pixel centres along an axis. */
function centres(start: number, step: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => start + step * (i + 0.5));
}

/** Writes the coordinates and the CRS. */
async function writeCoordinates(
  store: ZarrWriter,
  { header, times }: { readonly header: RasterHeader; readonly times: readonly string[] },
): Promise<void> {
  const { width, height, transform = [0, 1, 0, 0, 0, 1], crs } = header;
  const axis = async (name: "x" | "y", values: Float64Array) => {
    await store.create({
      name,
      shape: [values.length],
      chunks: [values.length],
      dtype: "float64",
      dimensions: [name],
      attributes: { standard_name: `projection_${name}_coordinate`, axis: name.toUpperCase() },
    });
    await store.writeChunk(name, [0], values);
  };
  await axis("x", centres(transform[0], transform[1], width));
  await axis("y", centres(transform[3], transform[5], height));
  await store.create({
    name: "time",
    shape: [times.length],
    chunks: [times.length],
    dtype: "int64",
    dimensions: ["time"],
    attributes: {
      standard_name: "time",
      axis: "T",
      units: "seconds since 1970-01-01",
      calendar: "proleptic_gregorian",
    },
  });
  await store.writeChunk("time", [0], BigInt64Array.from(times, secondsOf));
  const code = crs?.epsg === undefined ? {} : { spatial_ref: `EPSG:${crs.epsg}` };
  await store.create({
    name: "spatial_ref",
    shape: [],
    chunks: [],
    dtype: "int32",
    dimensions: [],
    attributes: { ...code, GeoTransform: transform.join(" ") },
  });
  await store.writeChunk("spatial_ref", [], Int32Array.of(0));
}

/** Creates the arrays of one kind of raster. */
async function createArrays(
  store: ZarrWriter,
  header: RasterHeader,
  { nameOf, length, side }: {
    readonly nameOf: (band: string) => string;
    readonly length: number;
    readonly side: number;
  },
): Promise<void> {
  const { width, height, bands, dtype, nodata, scales, offsets, crs } = header;
  for (const [i, band] of bands.entries()) {
    await store.create({
      name: nameOf(band),
      shape: [length, height, width],
      chunks: [1, side, side],
      dtype,
      dimensions: ["time", "y", "x"],
      ...(nodata !== undefined && { fill: nodata }),
      attributes: {
        grid_mapping: "spatial_ref",
        ...(scales && { scale_factor: scales[i], add_offset: offsets?.[i] ?? 0 }),
        ...(crs?.epsg !== undefined && {
          // GDAL's own convention.
          _CRS: { url: `http://www.opengis.net/def/crs/EPSG/0/${crs.epsg}` },
        }),
      },
    });
  }
}

/** Values of one band of a part in a chunk of `side` squared, padded by `fill`. */
function chunkOf(
  { data, dtype, width, height, bands }: Raster,
  { band, column, side, fill }: {
    readonly band: number;
    readonly column: number;
    readonly side: number;
    readonly fill: number;
  },
) {
  const chunk = pixelArray(dtype, side * side).fill(fill);
  const count = bands.length;
  const columns = Math.min(side, width - column);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      chunk[y * side + x] = data[(y * width + column + x) * count + band]!;
    }
  }
  return chunk;
}

/** Writes the chunks of one raster of a date. */
async function writeImage(
  store: ZarrWriter,
  file: RasterFile,
  { index, nameOf, side, signal }: {
    readonly index: number;
    readonly nameOf: (band: string) => string;
    readonly side: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const { width, height, bands, nodata = 0 } = file.header;
  for (let row = 0; row < height; row += side) {
    signal?.throwIfAborted();
    const window = { column: 0, row, width, height: Math.min(side, height - row) };
    const part = await file.read({ window });
    for (const [band, name] of bands.entries()) {
      for (let column = 0; column < width; column += side) {
        const values = chunkOf(part, { band, column, side, fill: nodata });
        await store.writeChunk(nameOf(name), [index, row / side, column / side], values);
      }
    }
  }
}

/** True if a folder is a Zarr store, or empty. */
async function isStore(path: string): Promise<boolean> {
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name).catch(() =>
    undefined
  );
  return names !== undefined && (names.length === 0 || names.includes(".zgroup"));
}

/** Removes a store; a folder of other files stays. @throws {OutputError} If it is no store. */
async function removeStore(path: string): Promise<void> {
  if (!await Deno.lstat(path).then(() => true, () => false)) return;
  if (await isStore(path)) return await Deno.remove(path, { recursive: true });
  throw new OutputError(
    `Cannot write ${path}: it must be free or a Zarr store of version 2, got something else; move it ` +
      "away",
  );
}

/**
 * Checks that a store can be written.
 *
 * @throws {OutputError} If it exists and must not be replaced.
 */
export async function checkCube(path: string, overwrite: boolean): Promise<void> {
  const exists = await Deno.lstat(path).then(() => true, () => false);
  if (!exists || (overwrite && await isStore(path))) return;
  throw new OutputError(
    `Cannot write ${path}: the store exists; choose another name or allow it to be overwritten ` +
      "(--overwrite)",
  );
}

/**
 * Writes images of several dates as a Zarr cube (version 2) that xarray opens: an array for each band,
 * `(time, y, x)` in chunks of one date, with scale and offset, coordinates and CRS; provenance, support,
 * days and uncertainty in arrays of their own, if every date has them.
 *
 * The store appears under its name only when it is complete.
 *
 * @param images Files of the dates, in any order.
 * @param output Path of the store, `NAME.zarr`.
 * @throws {InputError} If the dates have different grids, types or bands.
 * @throws {OutputError} If the store exists, or can't be written.
 */
export async function writeCube(
  images: readonly CubeImage[],
  output: string,
  { overwrite = false, side = SIDE, signal }: WriteCubeOptions = {},
): Promise<void> {
  await checkCube(output, overwrite);
  const sorted = images.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const [first] = sorted;
  if (first === undefined) {
    throw new RangeError("Cannot write a cube: there must be a date, got none");
  }
  await makeFolderOf(output);
  const partial = `${output}.partial`;
  await removeStore(partial);
  await writing(output, () => Deno.mkdir(partial));
  try {
    const store = await createZarr(partial, {
      Conventions: "CF-1.8",
      source: `emrdm ${config.version}`,
    });
    for (const { kind, nameOf } of KINDS) {
      if (sorted.some((image) => image[kind] === undefined)) continue;
      let header: RasterHeader | undefined;
      for (const [index, image] of sorted.entries()) {
        const file = await openRaster(image[kind]!);
        try {
          if (header === undefined) {
            header = file.header;
            if (kind === "output") {
              await writeCoordinates(store, { header, times: sorted.map(({ time }) => time) });
            }
            await createArrays(store, header, { nameOf, length: sorted.length, side });
          } else checkAlike(file.header, header, image[kind]!);
          await writeImage(store, file, { index, nameOf, side, signal });
        } finally {
          await file.close();
        }
      }
    }
    await store.finish();
    if (overwrite) await removeStore(output);
    await writing(output, () => Deno.rename(partial, output));
  } finally {
    await Deno.remove(partial, { recursive: true }).catch(() => {});
  }
}
