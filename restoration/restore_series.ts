/**
 * Restores rasters in memory.
 *
 * @module
 */

import { pixelArray, type Raster } from "../core/mod.ts";
import type { Model } from "../model/mod.ts";
import type { TilingOptions } from "./rows/options.ts";
import { restoreRows } from "./rows/restore_rows.ts";
import { networkSceneInMemory } from "./network_scene_in_memory.ts";
import { checkLength } from "./series.ts";

/** Options of {@linkcode restoreSeries}. */
export interface RestoreSeriesOptions extends TilingOptions {
  /** Index of the frame to restore. Default the last. */
  readonly reference?: number;
  /**
   * Cloud masks of the dates (classes of `detectClouds`). Where they have cloud, the model sees the
   * card's cloud fill, if the card has one. Default: it sees the clouds as they are. A model whose mean
   * is made of all dates needs them.
   */
  readonly masks?: readonly Uint8Array[];
  /** Day of each date, for a mean of all dates. Default: all the same day. */
  readonly days?: readonly number[];
}

/** The frame to restore. @throws {RangeError} If it is none of the frames. */
export function referenceFrame(
  frames: readonly Raster[],
  reference: number = frames.length - 1,
): Raster {
  const frame = frames[reference];
  if (frame === undefined) {
    throw new RangeError(
      `Cannot restore: the reference must be 0 … ${frames.length - 1}, got ${reference}`,
    );
  }
  return frame;
}

/**
 * Restores rasters of one grid, with the model's bands in its order and units.
 *
 * Noise is keyed by absolute pixel, so the result doesn't depend on the order or batch of tiles.
 * Missing values (nodata, NaN, and 0 where the model's unit is DN) never enter the network: they are
 * filled from the other dates or the nearest pixel, and the result has no data where the reference
 * has none.
 *
 * @param frames One raster per date.
 * @returns A raster like the reference frame: type, grid, nodata, band names and tags.
 * @throws {TypeError} If bands or sizes don't fit the model, or masks don't fit the dates.
 * @throws {RangeError} If there are more frames than the model was trained with, the reference is
 *   none of them, or the overlap is out of range.
 */
export async function restoreSeries(
  model: Model,
  frames: readonly Raster[],
  options: RestoreSeriesOptions = {},
): Promise<Raster> {
  const { length } = frames;
  const { reference = length - 1, anyLength = false, masks, days, ...rest } = options;
  checkLength(model, { length, anyLength });
  const like = referenceFrame(frames, reference);
  const scene = await networkSceneInMemory(model, frames, {
    ...{ reference, masks, days, signal: options.signal },
  });
  const data = pixelArray(like.dtype, like.data.length);
  await restoreRows(model, scene, {
    ...rest,
    write: ({ row, data: rows }) => data.set(rows, row * like.width * like.bands.length),
  });
  const [nodata] = scene.frames[scene.reference]!.missing;
  return { ...like, data, ...(nodata !== undefined && { nodata }) };
}
