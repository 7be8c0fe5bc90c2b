/**
 * The resolutions of a Cloud-Optimized GeoTIFF as compressed tiles.
 *
 * @module
 */

import { type PixelArray, pixelArray, type Raster } from "../core/mod.ts";
import { halve } from "./overview.ts";
import { encodeTile } from "./tiff_tile.ts";

/** Tiles compressed at a time: enough to keep zlib's threads busy. */
const PARALLEL = 16;

/** One resolution of an image. */
export interface Level {
  readonly raster: Raster;
  /** Compressed, row by row. */
  readonly tiles: readonly Uint8Array[];
}

function tilePixels(
  raster: Raster,
  { column, row, side }: { readonly column: number; readonly row: number; readonly side: number },
): PixelArray {
  const { width, height, data } = raster;
  const bands = raster.bands.length;
  const tile = pixelArray(raster.dtype, side * side * bands);
  const columns = Math.min(side, width - column);
  for (let y = 0; y < side; y++) {
    // Beyond the image the last row and column go on, which costs fewest bytes.
    const from = Math.min(row + y, height - 1) * width + column;
    tile.set(data.subarray(from * bands, (from + columns) * bands), y * side * bands);
    const last = (y * side + columns - 1) * bands;
    for (let x = columns; x < side; x++) {
      tile.copyWithin((y * side + x) * bands, last, last + bands);
    }
  }
  return tile;
}

async function encodeLevel(raster: Raster, side: number): Promise<Level> {
  const corners: { column: number; row: number }[] = [];
  for (let row = 0; row < raster.height; row += side) {
    for (let column = 0; column < raster.width; column += side) corners.push({ column, row });
  }
  const tiles: Uint8Array[] = [];
  for (let at = 0; at < corners.length; at += PARALLEL) {
    const batch = corners.slice(at, at + PARALLEL).map((corner) =>
      encodeTile(tilePixels(raster, { ...corner, side }), {
        side,
        bands: raster.bands.length,
        dtype: raster.dtype,
      })
    );
    tiles.push(...await Promise.all(batch));
  }
  return { raster, tiles };
}

/** Full resolution and its overviews, halved until one tile holds the image. */
export async function encodeLevels(raster: Raster, side: number): Promise<readonly Level[]> {
  const levels = [await encodeLevel(raster, side)];
  for (let image = raster; Math.max(image.width, image.height) > side;) {
    image = halve(image);
    levels.push(await encodeLevel(image, side));
  }
  return levels;
}
