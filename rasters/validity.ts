/**
 * Validity of pixels: nodata, NaN, masks, alpha and the marks of compressions as one mask.
 *
 * @module
 */

import type { DataType, PixelArray, Raster } from "../core/mod.ts";
import { ALPHA_NAME } from "./band_names.ts";

/** Value of missing pixels in a raster: nodata, else NaN, else 0. */
export function missingValue(
  { nodata, dtype }: { readonly nodata?: number; readonly dtype: DataType },
): number {
  return nodata ?? (dtype.startsWith("float") ? NaN : 0);
}

/** Marks pixels of which every band but alpha is nodata or NaN; undefined if there are none. */
function fromValues(
  { data, bands: names, nodata, dtype }: Omit<Raster, "valid">,
): Uint8Array | undefined {
  if (nodata === undefined && !dtype.startsWith("float")) return undefined;
  const bands = names.length;
  const alpha = bands > 1 ? names.findIndex((name) => name.toLowerCase() === ALPHA_NAME) : -1;
  let valid: Uint8Array | undefined;
  for (let pixel = 0, i = 0; i < data.length; pixel++, i += bands) {
    let b = 0;
    while (b < bands && (b === alpha || data[i + b] === nodata || Number.isNaN(data[i + b]))) b++;
    if (b < bands) continue;
    valid ??= new Uint8Array(data.length / bands).fill(1);
    valid[pixel] = 0;
  }
  return valid;
}

/**
 * Adds the validity of each pixel to a raster: a pixel is missing if `valid` says so, or if every
 * band but alpha is nodata or NaN.
 *
 * @param valid 0 for missing pixels, [height, width]; undefined if nothing marks any.
 */
export function withValidity(raster: Omit<Raster, "valid">, valid?: Uint8Array): Raster {
  const stated = fromValues(raster);
  if (stated !== undefined && valid !== undefined) {
    for (let i = 0; i < stated.length; i++) if (valid[i] === 0) stated[i] = 0;
  }
  const both = stated ?? valid;
  return both?.includes(0) ? { ...raster, valid: both } : raster;
}

/** Writes the missing value into the pixels where a band of a mask is 0, in place. */
export function fillMasked(
  data: PixelArray,
  mask: PixelArray,
  { bands, fill }: { readonly bands: number; readonly fill: number },
): void {
  const pixels = data.length / bands;
  // One mask for all bands, or one for each.
  const depth = mask.length / pixels;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let b = 0; b < bands; b++) {
      if (mask[pixel * depth + (depth === 1 ? 0 : b)] === 0) data[pixel * bands + b] = fill;
    }
  }
}

/** Marks the pixels of which all bands of a mask are 0, in place. */
export function markMasked(valid: Uint8Array, mask: PixelArray): void {
  const depth = mask.length / valid.length;
  for (let pixel = 0; pixel < valid.length; pixel++) {
    let b = 0;
    while (b < depth && mask[pixel * depth + b] === 0) b++;
    if (b === depth) valid[pixel] = 0;
  }
}
