/**
 * Opens a two-dimensional Zarr array as a raster that is read by windows, with the scale, offset and
 * georeference of its attributes (`scale_factor`, `add_offset`, `proj:epsg`, `proj:transform`).
 *
 * @module
 */

import {
  type Crs,
  type DataType,
  type GeoTransform,
  normalizeBand,
  type PixelArray,
  pixelArray,
} from "../../core/mod.ts";
import {
  type RasterFile,
  type RasterHeader,
  type RasterWindow,
  readRequest,
  windowHeader,
} from "../raster_file.ts";
import { withValidity } from "../validity.ts";
import { openStore, splitZarrPath, zarrError } from "./store.ts";
import { openArray, type ZarrArray, type ZarrChunk, type ZarrStore } from "./zarrita.ts";

/** A JSON object. */
type Json = Readonly<Record<string, unknown>>;

const TYPES: readonly string[] = [
  ...["uint8", "uint16", "int16", "uint32", "int32", "float32", "float64"],
];
/** Chunks in memory beside those of one row of chunks. */
const SPARE = 4;

function numberOf(...values: readonly unknown[]): number | undefined {
  return values.find((value): value is number => typeof value === "number");
}

/** Attributes of EOPF, inside and outside of `_eopf_attrs`. */
function attribute(attrs: Json, name: string): number | undefined {
  const inner = attrs._eopf_attrs;
  const own = typeof inner === "object" && inner !== null ? (inner as Json)[name] : undefined;
  return numberOf(attrs[name], own);
}

/** The CRS of an EPSG code, in GeoTIFF's keys. */
export function crsOfEpsg(epsg: number): Crs {
  const isGeographic = epsg >= 4000 && epsg < 5000;
  const [model, key] = isGeographic ? [2, 2048] : [1, 3072];
  return {
    epsg,
    geoKeys: { directory: [1, 1, 0, 3, 1024, 0, 1, model, 1025, 0, 1, 1, key, 0, 1, epsg] },
  };
}

function epsgOf(attrs: Json): number | undefined {
  const code = /^EPSG:(\d+)$/i.exec(String(attrs["proj:code"] ?? ""))?.[1];
  return code === undefined ? numberOf(attrs["proj:epsg"]) : Number(code);
}

/** The transform of the attributes, else of the coordinates of the first pixels. */
async function transformOf(
  store: ZarrStore,
  { attrs, path }: { readonly attrs: Json; readonly path: string },
): Promise<GeoTransform | undefined> {
  const affine = attrs["proj:transform"];
  if (Array.isArray(affine) && affine.length >= 6) {
    const [b, c, a, e, f, d] = affine as number[];
    return [a!, b!, c!, d!, e!, f!];
  }
  const folder = path.replace(/[^/]*$/, "");
  const axis = async (name: string) => {
    const array = await openArray(store, `/${folder}${name}`).catch(() => undefined);
    if (array === undefined || (array.shape[0] ?? 0) < 2) return undefined;
    const { data } = await array.getChunk([0]);
    const [first, second] = [data[0]!, data[1]!];
    return { step: second - first, start: first - (second - first) / 2 };
  };
  const [x, y] = [await axis("x"), await axis("y")];
  return x && y && [x.start, x.step, 0, y.start, 0, y.step];
}

/** Chunks of an array by position, the latest ones in memory. */
function chunkReader(array: ZarrArray): (row: number, column: number) => Promise<ZarrChunk> {
  const most = Math.ceil(array.shape[1]! / array.chunks[1]!) + SPARE;
  const kept = new Map<string, Promise<ZarrChunk>>();
  return async (row, column) => {
    const key = `${row},${column}`;
    const chunk = kept.get(key) ?? array.getChunk([row, column]);
    kept.delete(key);
    kept.set(key, chunk);
    if (kept.size > most) kept.delete(kept.keys().next().value!);
    try {
      return await chunk;
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  };
}

/**
 * Opens an array by a path such as `S2A.zarr/measurements/reflectance/r10m/b02`.
 *
 * @throws {InputError} If it cannot be read, or isn't two-dimensional.
 */
export async function openZarrArray(name: string): Promise<RasterFile> {
  const split = splitZarrPath(name);
  if (split === undefined || split.inner === "") {
    throw zarrError(name, "it must name an array in a .zarr store");
  }
  const { root, inner } = split;
  const store = openStore(root);
  const array = await openArray(store, `/${inner}`).catch((error: unknown) => {
    throw zarrError(name, `it must be an array, got ${(error as Error).message}`, error);
  });
  const { shape, dtype, attrs, chunks, fillValue } = array;
  if (shape.length !== 2 || !TYPES.includes(dtype)) {
    throw zarrError(
      name,
      `it must have two dimensions and numbers of a type such as uint16, got ${shape.length} and ${dtype}`,
    );
  }
  const [height, width] = shape as [number, number];
  const scale = attribute(attrs, "scale_factor");
  const nodata = attribute(attrs, "_FillValue") ?? attribute(attrs, "fill_value") ??
    numberOf(fillValue);
  const epsg = epsgOf(attrs);
  const transform = await transformOf(store, { attrs, path: inner });
  const header: RasterHeader = {
    width,
    height,
    bands: [normalizeBand(inner.replace(/^.*\//, "").toUpperCase())],
    dtype: dtype as DataType,
    tags: {},
    ...(transform && { transform }),
    ...(epsg !== undefined && { crs: crsOfEpsg(epsg) }),
    ...(nodata !== undefined && { nodata }),
    ...(scale !== undefined && {
      scales: [scale],
      offsets: [attribute(attrs, "add_offset") ?? 0],
    }),
  };
  const chunkAt = chunkReader(array);
  const [chunkHeight, chunkWidth] = chunks as [number, number];
  return {
    header,
    blockHeight: Math.min(chunkHeight, height),
    close: () => Promise.resolve(),
    async read(options = {}) {
      const request = readRequest(header, options, name);
      const { window, indices } = request;
      const data = pixelArray(header.dtype, window.width * window.height * indices.length);
      for (const [row, column] of chunksIn(window, { chunkHeight, chunkWidth })) {
        const chunk = await chunkAt(row, column).catch((error: unknown) => {
          throw zarrError(name, `chunk ${row}.${column}: ${(error as Error).message}`, error);
        });
        const origin = { row: row * chunkHeight, column: column * chunkWidth };
        copyChunk(data, chunk, { window, origin, depth: indices.length });
      }
      return withValidity({ ...windowHeader(header, request), data });
    },
  };
}

/** Positions of the chunks that a window touches. */
function* chunksIn(
  { column, row, width, height }: RasterWindow,
  { chunkHeight, chunkWidth }: { readonly chunkHeight: number; readonly chunkWidth: number },
): Generator<readonly [number, number]> {
  for (let i = Math.floor(row / chunkHeight); i * chunkHeight < row + height; i++) {
    for (let j = Math.floor(column / chunkWidth); j * chunkWidth < column + width; j++) {
      yield [i, j];
    }
  }
}

/** Copies the part of a chunk that lies in a window. */
function copyChunk(
  data: PixelArray,
  { data: values, shape, stride }: ZarrChunk,
  { window, origin, depth }: {
    readonly window: RasterWindow;
    readonly origin: { readonly row: number; readonly column: number };
    /** Values of a pixel in `data`; the array has one. */
    readonly depth: number;
  },
): void {
  const [rows, columns] = stride as [number, number];
  const top = Math.max(window.row, origin.row);
  const left = Math.max(window.column, origin.column);
  const bottom = Math.min(window.row + window.height, origin.row + shape[0]!);
  const right = Math.min(window.column + window.width, origin.column + shape[1]!);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const value = values[(y - origin.row) * rows + (x - origin.column) * columns]!;
      const at = ((y - window.row) * window.width + x - window.column) * depth;
      for (let k = 0; k < depth; k++) data[at + k] = value;
    }
  }
}
