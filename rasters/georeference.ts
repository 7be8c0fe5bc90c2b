/**
 * GeoTIFF keys and affine transforms (OGC GeoTIFF 1.1).
 *
 * @module
 */

import type { Crs, GeoTransform } from "../core/mod.ts";

/** GeoKey identifiers and values of the GeoTIFF standard 1.1. */
const RASTER_TYPE = 1025;
const PIXEL_IS_POINT = 2;

/** Value of a key that is stored in the directory itself. */
function shortGeoKey(directory: readonly number[], key: number): number | undefined {
  for (let i = 4; i + 3 < directory.length; i += 4) {
    if (directory[i] === key && directory[i + 1] === 0) return directory[i + 3];
  }
  return undefined;
}

/** True if the keys anchor coordinates at pixel centres instead of corners. */
export function isPixelIsPoint(crs: Crs | undefined): boolean {
  return crs !== undefined && shortGeoKey(crs.geoKeys.directory, RASTER_TYPE) === PIXEL_IS_POINT;
}

/** The transform of a window, whose origin is the corner of its own pixel (0, 0). */
export function shiftTransform(
  [a, b, c, d, e, f]: GeoTransform,
  { column, row }: { readonly column: number; readonly row: number },
): GeoTransform {
  return [a + b * column + c * row, b, c, d + e * column + f * row, e, f];
}
