/**
 * Which stored numbers are no data.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { RasterHeader } from "../rasters/mod.ts";
import type { CardBand } from "../model/mod.ts";

/** DN 0 is nodata in Sentinel-2 files, which seldom say so. */
const DN_NODATA = 0;

/** The number of reflectance 1 in a unit; undefined if it is no reflectance. */
export function whiteOf({ unit }: CardBand): number | undefined {
  return { DN: 10000, reflectance: 1 }[unit];
}

/** What marks missing data: the stated nodata, and 0 where whole numbers stand for reflectance. */
export function missingOf(
  { nodata, dtype }: Pick<RasterHeader, "nodata" | "dtype">,
  whites: readonly (number | undefined)[],
): readonly number[] {
  const zero = !whites.includes(undefined) && !dtype.startsWith("float");
  return [...new Set([...(nodata === undefined ? [] : [nodata]), ...(zero ? [DN_NODATA] : [])])];
}

/**
 * Which values of a raster have no data: NaN, and the raster's nodata value.
 *
 * @returns 1 where there is none, [height, width, bands]; undefined if every value has data.
 */
export function missingValues({ data, nodata }: Raster): Uint8Array | undefined {
  let some = false;
  const missing = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== nodata && !Number.isNaN(data[i])) continue;
    missing[i] = 1;
    some = true;
  }
  return some ? missing : undefined;
}
