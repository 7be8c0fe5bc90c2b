/**
 * Restoring rasters in memory.
 *
 * @module
 */

import { pixelArray, type Raster } from "../core/mod.ts";
import type { Model } from "../model/mod.ts";
import { withoutClouds } from "./hide_clouds.ts";
import { restoreRows, type TilingOptions } from "./rows/restore_rows.ts";
import { sceneInMemory } from "./scene_in_memory.ts";
import { checkLength } from "./series.ts";

/** How rasters are restored: how images are, and how tiles are laid. */
export interface RestoreSeriesOptions extends TilingOptions {
  /** The frame that the result depicts. Default the last. */
  readonly reference?: number;
  /**
   * Clouds of the dates (classes of `detectClouds`): where a card says how opaque cloud looks, the model
   * is shown that there. Default: it is shown what is there.
   */
  readonly hide?: readonly Uint8Array[];
}

/**
 * Restores rasters of one grid, whose bands are the model's in order and in its units.
 *
 * Noise is keyed by absolute pixel, so the result does not depend on the order or batch of tiles.
 * Values without data (nodata, NaN, and 0 where the model's unit is DN) never enter the network:
 * they are filled from the other dates or the nearest pixel, and have no data in the result where
 * the reference had none.
 *
 * @param frames The dates, one raster each.
 * @returns A raster like the reference frame: type, grid, nodata, band names and tags.
 * @throws {TypeError} If bands or sizes do not fit the model, or masks the dates.
 * @throws {RangeError} If there are more frames than the model was trained with, the reference is
 *   none of them, or the overlap is out of range.
 */
export async function restoreSeries(
  model: Model,
  frames: readonly Raster[],
  options: RestoreSeriesOptions = {},
): Promise<Raster> {
  const length = frames.length;
  const { reference = length - 1, anyLength = false, hide, ...rest } = options;
  checkLength(model, { length, anyLength });
  const like = frames[reference];
  if (like === undefined) {
    throw new RangeError(
      `Cannot restore: the reference must be 0 … ${length - 1}, got ${reference}`,
    );
  }
  const scene = sceneInMemory(model, withoutClouds(model, frames, hide), { reference });
  const data = pixelArray(like.dtype, like.data.length);
  await restoreRows(model, scene, {
    ...rest,
    write: ({ row, data: rows }) => data.set(rows, row * like.width * like.bands.length),
  });
  const [nodata] = scene.frames[reference]!.missing;
  return { ...like, data, ...(nodata === undefined ? {} : { nodata }) };
}
