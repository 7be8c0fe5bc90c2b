/**
 * The transform of a GeoTIFF, from its tags as GDAL understands them (OGC GeoTIFF 1.1, annex B).
 *
 * @module
 */

import type { Crs, GeoTransform } from "../core/mod.ts";
import { shiftTransform } from "./georeference.ts";
import type { TiffDirectory } from "./tiff_directory.ts";
import { realsOf } from "./tiff_values.ts";

const PIXEL_SCALE = 33550;
const TIEPOINT = 33922;
const TRANSFORMATION = 34264;
const RPC = 50844;
/** Values of a tiepoint: column, row, 0, x, y, z. */
const TIEPOINT_VALUES = 6;

/** Refuses positions that only a warp can turn into a transform. */
function checkPlaced(
  directory: TiffDirectory,
  { points, crs }: { readonly points: number; readonly crs: Crs | undefined },
): void {
  const target = crs?.epsg === undefined ? "" : `-t_srs EPSG:${crs.epsg} `;
  if (points > 1) {
    throw new TypeError(
      `it must be on a grid with a transform, got ${points} ground control points; warp it: ` +
        `gdalwarp ${target}IN OUT.tif`,
    );
  }
  if (directory.entries.has(RPC)) {
    throw new TypeError(
      "it must be on a grid with a transform, got rational polynomials (RPC); warp it: gdalwarp " +
        `-rpc -t_srs EPSG:${crs?.epsg ?? 4326} IN OUT.tif`,
    );
  }
}

/**
 * Reads the transform; undefined if the file has none.
 *
 * A negative vertical pixel scale counts as positive, as in GDAL: writers that put it there mean
 * north up.
 *
 * @throws {TypeError} If ground control points or rational polynomials place the image.
 */
export async function readTransform(
  directory: TiffDirectory,
  { crs, isPixelIsPoint }: {
    readonly crs: Crs | undefined;
    /** True if coordinates are anchored at pixel centres. */
    readonly isPixelIsPoint: boolean;
  },
): Promise<GeoTransform | undefined> {
  const [sx = 0, sy = 0] = await realsOf(directory, PIXEL_SCALE) ?? [];
  const ties = await realsOf(directory, TIEPOINT) ?? [];
  const matrix = await realsOf(directory, TRANSFORMATION) ?? [];
  let transform: GeoTransform;
  if (sx !== 0 && sy !== 0 && ties.length >= TIEPOINT_VALUES) {
    const down = Math.abs(sy);
    const [column, row, , x, y] = ties as [number, number, number, number, number];
    transform = [x - column * sx, sx, 0, y + row * down, 0, -down];
  } else if (matrix.length >= 16) {
    transform = [matrix[3]!, matrix[0]!, matrix[1]!, matrix[7]!, matrix[4]!, matrix[5]!];
  } else {
    checkPlaced(directory, { points: Math.floor(ties.length / TIEPOINT_VALUES), crs });
    return undefined;
  }
  return isPixelIsPoint ? shiftTransform(transform, { column: -0.5, row: -0.5 }) : transform;
}
