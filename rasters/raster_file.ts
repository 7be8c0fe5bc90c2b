/**
 * Rasters that are read by windows, from files or from memory.
 *
 * @module
 */

import { normalizeBand, pixelArray, type Raster } from "../core/mod.ts";
import { shiftTransform } from "./georeference.ts";
import { fillMasked, missingValue, withValidity } from "./validity.ts";

/** A rectangle of pixels. */
export interface RasterWindow {
  /** First column. */
  readonly column: number;
  /** First row. */
  readonly row: number;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** A raster without its pixels, and the scaling that its file states. */
export interface RasterHeader extends Omit<Raster, "data" | "valid"> {
  /** Scale of each band, if the file states it: physical = stored · scale + offset. */
  readonly scales?: readonly number[];
  /** Offset of each band, if the file states it. */
  readonly offsets?: readonly number[];
  /** Unit of each band after scale and offset, if the file states any; empty where it states none. */
  readonly units?: readonly string[];
  /** Acquisition time as the file states it, such as `2018-07-05 10:30:31`. */
  readonly acquired?: string;
  /** True if a mask or an alpha band marks missing pixels. */
  readonly masked?: boolean;
  /** True if the bands are named by their number alone: 13 bands as those of Sentinel-2 L1C. */
  readonly assumedBands?: boolean;
}

/** Options of {@linkcode readRaster} and {@linkcode RasterFile.read}. */
export interface ReadRasterOptions {
  /** The part to read. Default: the whole image. */
  readonly window?: RasterWindow;
  /** Bands to read, by name or by index from 0, in this order. Default: all. */
  readonly bands?: readonly (string | number)[];
}

/** An open raster. */
export interface RasterFile {
  /** Size, bands, georeference and metadata. */
  readonly header: RasterHeader;
  /** Rows that are decoded together: aligned windows are the fastest to read. */
  readonly blockHeight: number;
  /**
   * Reads a window; the transform of the result is that of the window. Missing pixels are marked
   * in `valid`, and hold the nodata value, else NaN, else 0.
   *
   * @throws {RangeError} If the window or a band is not in the raster.
   * @throws {InputError} If the pixels cannot be read or decoded.
   */
  read(options?: ReadRasterOptions): Promise<Raster>;
  /** Closes files and removes temporary copies; does nothing the second time. */
  close(): Promise<void>;
}

/** The window of a whole raster. */
function wholeWindow({ width, height }: RasterHeader): RasterWindow {
  return { column: 0, row: 0, width, height };
}

/** A checked request: the window and the indices of the bands. */
export interface ReadRequest {
  /** The part to read, inside the raster. */
  readonly window: RasterWindow;
  /** Indices of the bands. */
  readonly indices: readonly number[];
}

/** Largest number of values in an array. */
const MAX_VALUES = 2 ** 31;

function checkWindow(window: RasterWindow, { width, height }: RasterHeader): void {
  const { column, row } = window;
  const whole = [column, row, window.width, window.height].every(Number.isSafeInteger);
  if (
    !whole || column < 0 || row < 0 || window.width < 1 || window.height < 1 ||
    column + window.width > width || row + window.height > height
  ) {
    throw new RangeError(
      `the window must lie inside ${width}×${height} pixels, got ${JSON.stringify(window)}`,
    );
  }
}

function bandIndices(
  header: RasterHeader,
  bands: readonly (string | number)[],
): readonly number[] {
  return bands.map((band) => {
    const index = typeof band === "number"
      ? band
      : header.bands.findIndex((name) => name === band || name === normalizeBand(band));
    if (header.bands[index] === undefined) {
      throw new RangeError(`it must have band ${band}, got ${header.bands.join(", ")}`);
    }
    return index;
  });
}

/**
 * Checks the options of a read and completes them.
 *
 * @param name Name of the raster in messages.
 * @throws {RangeError} If the window is empty, extends beyond the raster or is too large for an
 *   array, or if a band is not in the raster.
 */
export function readRequest(
  header: RasterHeader,
  { window = wholeWindow(header), bands = header.bands.keys().toArray() }: ReadRasterOptions,
  name: string,
): ReadRequest {
  try {
    checkWindow(window, header);
    const indices = bandIndices(header, bands);
    const values = window.width * window.height * indices.length;
    if (values > MAX_VALUES) {
      throw new RangeError(`a read must have at most ${MAX_VALUES} values, got ${values}`);
    }
    return { window, indices };
  } catch (error) {
    throw new RangeError(`Cannot read raster ${name}: ${(error as Error).message}`);
  }
}

/** Header of the raster that a read returns. */
export function windowHeader(
  header: RasterHeader,
  { window, indices }: ReadRequest,
): Omit<Raster, "data" | "valid"> {
  const {
    scales: _scales,
    offsets: _offsets,
    units: _units,
    acquired: _acquired,
    masked: _masked,
    assumedBands: _assumed,
    ...plain
  } = header;
  return {
    ...plain,
    width: window.width,
    height: window.height,
    bands: indices.map((index) => header.bands[index]!),
    ...(header.transform && { transform: shiftTransform(header.transform, window) }),
  };
}

/** The part of a mask inside a window. */
function cut(
  mask: Uint8Array,
  { from, window: { column, row, width, height } }: {
    /** Columns of the mask. */
    readonly from: number;
    readonly window: RasterWindow;
  },
): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const at = (row + y) * from + column;
    out.set(mask.subarray(at, at + width), y * width);
  }
  return out;
}

/**
 * Wraps a raster in memory as an open file; a read copies its window.
 *
 * @param extra Scale and offset of each band: physical = stored · scale + offset.
 *
 * @example
 * ```ts
 * import { rasterInMemory } from "./raster_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = new Uint8Array([1, 2, 3, 4, 5, 6]);
 * const file = rasterInMemory({ width: 3, height: 2, bands: ["B02"], dtype: "uint8", data });
 * const part = await file.read({ window: { column: 1, row: 1, width: 2, height: 1 } });
 * assertEquals(part.data, new Uint8Array([5, 6]));
 * ```
 */
export function rasterInMemory(
  raster: Raster,
  extra: { readonly scales?: readonly number[]; readonly offsets?: readonly number[] } = {},
): RasterFile {
  const { data, valid, ...plain } = raster;
  const header: RasterHeader = { ...plain, ...extra, ...(valid && { masked: true }) };
  const count = raster.bands.length;

  function copy(options: ReadRasterOptions): Raster {
    const request = readRequest(header, options, "in memory");
    const { window: { column, row, width, height }, indices } = request;
    const out = pixelArray(raster.dtype, width * height * indices.length);
    let to = 0;
    for (let y = row; y < row + height; y++) {
      for (let x = column; x < column + width; x++) {
        const from = (y * raster.width + x) * count;
        for (const index of indices) out[to++] = data[from + index]!;
      }
    }
    const known = valid && cut(valid, { from: raster.width, window: request.window });
    if (known) fillMasked(out, known, { bands: indices.length, fill: missingValue(raster) });
    return withValidity({ ...windowHeader(header, request), data: out }, known);
  }

  return {
    header,
    blockHeight: 1,
    // deno-lint-ignore require-await -- errors of copy() must reject the promise.
    read: async (options = {}) => copy(options),
    close: () => Promise.resolve(),
  };
}
