/**
 * Which stored numbers are no data.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { RasterHeader } from "../rasters/mod.ts";
import { bandReflectanceScale, type CardBand } from "../model/mod.ts";

/** DN 0 is nodata in Sentinel-2 files, which seldom say so. */
const DN_NODATA = 0;

/** Stored values that mark missing data: the nodata value, and 0 where integers store reflectance. */
export function missingOf(
  { nodata, dtype }: Pick<RasterHeader, "nodata" | "dtype">,
  bands: readonly CardBand[],
): readonly number[] {
  const zero = !dtype.startsWith("float") &&
    bands.every((band) => bandReflectanceScale(band) !== undefined);
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
