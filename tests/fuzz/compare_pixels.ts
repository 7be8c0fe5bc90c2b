/** Comparison of our pixels, validity and transform with GDAL's. */

import type { GdalPixels } from "./oracle.ts";
import type { ReadPixels } from "./reader.ts";

/** Relative difference of transforms that rounding explains. */
const ROUNDING = 1e-9;

/** Relative distance from the nodata value within which GDAL takes floats for missing. */
const NEAR = 1e-5;
/** Pixels at the end of an image that libtiff loses, see harmless.ts. */
const TAIL = 8;

/** True if every band of a pixel is NaN, or missing by GDAL's mask. */
function isMissing({ values, masks, alpha, size }: GdalPixels, pixel: number): boolean {
  const bands = size[2]!;
  for (let b = 0; b < bands; b++) {
    if (alpha.includes(b)) continue;
    const i = pixel * bands + b;
    if (masks[i] !== 0 && !Number.isNaN(values[i])) return false;
  }
  return alpha.length < bands ||
    masks.subarray(pixel * bands, (pixel + 1) * bands).every((m) => m === 0);
}

/** True if a pixel of floats is the nodata value but for its last digits. */
function isNearNodata({ raster }: ReadPixels, pixel: number): boolean {
  const { nodata, dtype, data, bands: { length: bands } } = raster;
  if (nodata === undefined || !dtype.startsWith("float")) return false;
  return data.subarray(pixel * bands, (pixel + 1) * bands)
    .every((value) => Math.abs(value - nodata) <= NEAR * Math.abs(nodata));
}

function transformDifference(
  { raster, window }: ReadPixels,
  { transform }: GdalPixels,
): string | undefined {
  const own = raster.transform;
  if (own === undefined || transform.length === 0) {
    return (own === undefined) === (transform.length === 0)
      ? undefined
      : `transform: ${own === undefined ? "none" : "one"} where GDAL has ${
        transform.length === 0 ? "none" : "one"
      }`;
  }
  const [a, b, c, d, e, f] = transform as [number, number, number, number, number, number];
  const { column, row } = window;
  const theirs = [a + b * column + c * row, b, c, d + e * column + f * row, e, f];
  const same = theirs.every((value, i) =>
    Object.is(value, own[i]) ||
    Math.abs(value - own[i]!) <= ROUNDING * Math.max(Math.abs(value), Math.abs(own[i]!))
  );
  return same ? undefined : "transform: other values";
}

/** The first difference, as "kind: where"; undefined if there is none. */
export function pixelDifference(ours: ReadPixels, theirs: GdalPixels): string | undefined {
  const { raster, window: { width, height } } = ours;
  const bands = raster.bands.length;
  if (theirs.size[2] !== bands) return `bands: ${bands} where GDAL has ${theirs.size[2]}`;
  let [values, unstored] = [0, 0];
  // The first pixel whose values differ.
  let first = Infinity;
  let firstFewer = Infinity;
  const { column, row } = ours.window;
  const isCorner = column + width === theirs.size[0] && row + height === theirs.size[1];
  let [more, fewer, near] = [0, 0, 0];
  for (let pixel = 0; pixel < width * height; pixel++) {
    const missing = raster.valid?.[pixel] === 0;
    const theirMissing = isMissing(theirs, pixel);
    if (missing && !theirMissing) {
      const at = pixel * bands;
      const isUnstored = raster.data.subarray(at, at + bands).every(Number.isNaN) &&
        theirs.values.subarray(at, at + bands).every((value) => value === 0 || Number.isNaN(value));
      if (isUnstored) unstored++;
      else more++;
    }
    if (!missing && theirMissing) {
      if (isNearNodata(ours, pixel)) near++;
      else {
        fewer++;
        firstFewer = Math.min(firstFewer, pixel);
      }
    }
    if (missing || theirMissing) continue;
    for (let b = 0; b < bands; b++) {
      const i = pixel * bands + b;
      // Pixels masked in one band only hold the missing value.
      if (theirs.masks[i] === 0 && !theirs.alpha.includes(b)) continue;
      const [own, other] = [raster.data[i]!, theirs.values[i]!];
      if (own === other || (Number.isNaN(own) && Number.isNaN(other))) continue;
      if (Number.isNaN(own) && other === 0) unstored++;
      else {
        values++;
        first = Math.min(first, pixel);
      }
    }
  }
  if (values > 0) {
    const isEnd = isCorner && first >= width * height - TAIL;
    return `values${isEnd ? " at the end" : ""}: ${values} of ${width * height * bands}`;
  }
  if (unstored > 0 && fewer === 0 && more === 0) {
    return `unstored: ${unstored} are NaN where GDAL has 0`;
  }
  if (fewer > 0 && isCorner && fewer === width * height - firstFewer) {
    return `validity at the end: ${fewer} pixels that GDAL masks are valid`;
  }
  if (fewer > 0) return `validity: ${fewer} pixels that GDAL masks are valid`;
  if (near > 0) return `near: ${near} pixels are close to the nodata value`;
  if (more > 0) return `validity: ${more} pixels are missing that GDAL does not mask`;
  return transformDifference(ours, theirs);
}
