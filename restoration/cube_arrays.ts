/**
 * Arrays of a cube: coordinates and CRS, and the chunks of each band of a date.
 *
 * @module
 */

import { pixelArray, type Raster } from "../core/mod.ts";
import type { RasterFile, RasterHeader, ZarrWriter } from "../rasters/mod.ts";

const MS_PER_SECOND = 1000;

/** Seconds since 1970. */
function secondsOf(time: string): bigint {
  return BigInt(Math.round(Date.parse(time) / MS_PER_SECOND));
}

/** Coordinates of pixel centres along an axis. */
function centres(start: number, step: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => start + step * (i + 0.5));
}

/** Writes the coordinates and the CRS. */
export async function writeCoordinates(
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
export async function createArrays(
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
export async function writeImage(
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
