/**
 * Infinite numbers in float rasters: 10·log10(0) of SAR, x/0 of indices.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { type RasterFile, withValidity } from "../rasters/mod.ts";

/** Location of an infinite number in a raster. */
export interface InfiniteValue {
  readonly band: string;
  /** Column and row in pixels of the raster. */
  readonly column: number;
  readonly row: number;
}

function firstInfinite({ data }: Raster): number {
  return data.findIndex((value) => value === Infinity || value === -Infinity);
}

/**
 * Wraps a raster so that infinite numbers are missing data: its nodata value, else NaN.
 *
 * An infinite number is never a measurement, but one such pixel is no reason to refuse a scene. It is
 * reported, because it may indicate a faulty file.
 *
 * @param onInfinite Called once, for the first infinite number read.
 */
export function withoutInfinite<F extends RasterFile>(
  file: F,
  onInfinite: (found: InfiniteValue) => void,
): F {
  const { dtype, nodata = NaN } = file.header;
  if (dtype !== "float32" && dtype !== "float64") return file;
  let reported = false;
  return {
    ...file,
    async read(options = {}) {
      const raster = await file.read(options);
      const first = firstInfinite(raster);
      if (first < 0) return raster;
      if (!reported) {
        reported = true;
        const { bands, width } = raster;
        const pixel = Math.floor(first / bands.length);
        const { column = 0, row = 0 } = options.window ?? {};
        onInfinite({
          band: bands[first % bands.length]!,
          column: column + pixel % width,
          row: row + Math.floor(pixel / width),
        });
      }
      const finite = (value: number) => Number.isFinite(value) || Number.isNaN(value);
      const data = raster.data.map((value) => finite(value) ? value : nodata);
      return withValidity({ ...raster, data }, raster.valid);
    },
  };
}
