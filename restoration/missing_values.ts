/**
 * Values that mark missing data.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { missingValue, type RasterHeader } from "../rasters/mod.ts";
import { bandReflectanceScale, type CardBand } from "../model/mod.ts";

/** DN 0 is nodata in Sentinel-2 files, even where they don't state it. */
const DN_NODATA = 0;

/**
 * Value that marks missing data in a file: nodata, or what a read writes where a mask or alpha says
 * so. Empty if there is none.
 */
export function statedMissing(
  header: Pick<RasterHeader, "nodata" | "dtype" | "masked">,
): readonly number[] {
  if (header.masked) return [missingValue(header)];
  return header.nodata === undefined ? [] : [header.nodata];
}

/** Stored values that mark missing data: {@linkcode statedMissing}, and 0 where integers store reflectance. */
export function missingOf(
  header: Pick<RasterHeader, "nodata" | "dtype" | "masked">,
  bands: readonly CardBand[],
): readonly number[] {
  const zero = !header.dtype.startsWith("float") &&
    bands.every((band) => bandReflectanceScale(band) !== undefined);
  return [...new Set([...statedMissing(header), ...(zero ? [DN_NODATA] : [])])];
}

/**
 * Mask of the values without data: NaN, the raster's nodata value, and its invalid pixels.
 *
 * @returns 1 where a value is missing, [height, width, bands]; undefined if none is.
 */
export function missingValues({ data, nodata, valid, bands }: Raster): Uint8Array | undefined {
  let some = false;
  const missing = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const isMasked = valid !== undefined && valid[Math.floor(i / bands.length)] === 0;
    if (data[i] !== nodata && !Number.isNaN(data[i]) && !isMasked) continue;
    missing[i] = 1;
    some = true;
  }
  return some ? missing : undefined;
}
