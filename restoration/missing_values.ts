/**
 * Values that mark missing data.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { RasterHeader } from "../rasters/mod.ts";
import { bandReflectanceScale, type CardBand } from "../model/mod.ts";

/** DN 0 is nodata in Sentinel-2 files, even where they don't state it. */
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
 * Mask of the values without data: NaN, and the raster's nodata value.
 *
 * @returns 1 where a value is missing, [height, width, bands]; undefined if none is.
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
