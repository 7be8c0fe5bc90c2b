/**
 * Infinite numbers in float rasters: 10·log10(0) of SAR, x/0 of indices.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { RasterFile } from "../rasters/mod.ts";

/** The first infinite number that was met in a raster. */
export interface InfiniteValue {
  readonly band: string;
  /** In pixels of the raster. */
  readonly column: number;
  readonly row: number;
}

function firstInfinite({ data }: Raster): number {
  return data.findIndex((value) => value === Infinity || value === -Infinity);
}

/**
 * The raster with its infinite numbers as missing data: as its nodata value, else NaN.
 *
 * Nothing measured is infinite, and one such pixel is no reason to refuse a scene, so it counts as
 * NaN does; but it is told, as it may mean that a file was computed wrongly.
 *
 * @param onInfinite Called once, for the first one that is read.
 */
export function withoutInfinite<F extends RasterFile>(
  file: F,
  onInfinite: (found: InfiniteValue) => void,
): F {
  const { dtype, nodata = NaN } = file.header;
  if (dtype !== "float32" && dtype !== "float64") return file;
  let told = false;
  return {
    ...file,
    async read(options = {}) {
      const raster = await file.read(options);
      const first = firstInfinite(raster);
      if (first < 0) return raster;
      if (!told) {
        told = true;
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
      return { ...raster, data: raster.data.map((value) => finite(value) ? value : nodata) };
    },
  };
}
