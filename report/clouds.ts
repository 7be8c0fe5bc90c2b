/**
 * Cloud masks of a report: detection, cloud cover, and the cloudiest window.
 *
 * @module
 */

import { normalizeBand, type Raster } from "../core/mod.ts";
import { detectClouds } from "../clouds/mod.ts";
import type { RasterWindow } from "../rasters/mod.ts";

const VISIBLE: readonly string[] = ["B02", "B03", "B04"];
/** The detector's class of pixels without data. */
const EMPTY = 255;

/** Tests if the detector has the bands that it needs. */
export function canDetect(bands: readonly string[]): boolean {
  const names = bands.map(normalizeBand);
  return VISIBLE.every((name) => names.includes(name));
}

/**
 * Detects clouds in an image in the model's units.
 *
 * @param pixelSize Ground size of a pixel in metres.
 * @returns [height, width]: 1 cloud or shadow, 0 clear, 255 without data; undefined where the visible
 *   bands or the reflectance scale are missing.
 */
export function cloudsOf(
  raster: Raster,
  pixelSize: number,
): Uint8Array | undefined {
  if (raster.reflectanceScale === undefined || !canDetect(raster.bands)) return undefined;
  const classes = detectClouds(raster, { pixelSize });
  const depth = raster.bands.length;
  return classes.map((found, pixel) => {
    const empty = found === EMPTY || isEmpty(raster.data as Float32Array, { pixel, depth });
    return empty ? EMPTY : found === 0 ? 0 : 1;
  });
}

/** Tests if a pixel has no data in any band. */
export function isEmpty(
  data: Float32Array,
  { pixel, depth }: { readonly pixel: number; readonly depth: number },
): boolean {
  for (let i = pixel * depth; i < (pixel + 1) * depth; i++) {
    if (!Number.isNaN(data[i])) return false;
  }
  return true;
}

/** Cloud fraction of the pixels with data; null if none has data. */
export function coverOf(mask: Uint8Array | undefined): number | null {
  if (mask === undefined) return null;
  let [cloudy, seen] = [0, 0];
  for (const value of mask) {
    if (value === EMPTY) continue;
    seen++;
    if (value !== 0) cloudy++;
  }
  return seen === 0 ? null : cloudy / seen;
}

/** Fraction of the pixels [height, width, depth] without data in any band. */
export function emptyShare(data: Float32Array, depth: number): number {
  const pixels = data.length / depth;
  let count = 0;
  for (let pixel = 0; pixel < pixels; pixel++) if (isEmpty(data, { pixel, depth })) count++;
  return count / pixels;
}

/**
 * Finds the window of a given size with the most cloud. Ties, and masks without cloud, give the window
 * nearest to the centre.
 *
 * @param mask [height, width]: cloud where 1.
 */
export function worstWindow(
  mask: Uint8Array,
  { width, height, size }: {
    readonly width: number;
    readonly height: number;
    readonly size: { readonly width: number; readonly height: number };
  },
): RasterWindow {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      sums[(y + 1) * (width + 1) + x + 1] = (mask[y * width + x] === 1 ? 1 : 0) +
        sums[y * (width + 1) + x + 1]! + sums[(y + 1) * (width + 1) + x]! -
        sums[y * (width + 1) + x]!;
    }
  }
  const w = Math.min(size.width, width);
  const h = Math.min(size.height, height);
  let best = { column: 0, row: 0, count: -1, distance: Infinity };
  for (let row = 0; row + h <= height; row++) {
    for (let column = 0; column + w <= width; column++) {
      const at = (y: number, x: number) => sums[y * (width + 1) + x]!;
      const count = at(row + h, column + w) - at(row, column + w) - at(row + h, column) +
        at(row, column);
      const distance = Math.hypot(2 * column + w - width, 2 * row + h - height);
      if (count > best.count || (count === best.count && distance < best.distance)) {
        best = { column, row, count, distance };
      }
    }
  }
  return { column: best.column, row: best.row, width: w, height: h };
}
