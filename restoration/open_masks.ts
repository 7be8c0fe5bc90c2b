/**
 * Opens the cloud masks of a scene for a model.
 *
 * @module
 */

import type { RasterWindow } from "../rasters/mod.ts";
import type { Model } from "../model/mod.ts";
import { areaOf } from "./area.ts";
import type { ComparisonCache } from "./compare_dates.ts";
import { openDateMasks, type OpenMasks } from "./date_masks.ts";
import { keepClearOf } from "./keep_clear.ts";
import type { OpenSeries } from "./open_series.ts";
import { MASK_ROWS } from "./rows/mask_rows.ts";
import { planArea } from "./rows/plan_area.ts";
import type { SceneOptions } from "./scene_options.ts";

/** Part of the scene whose masks are read: the tiles of the area, and the context of their masks. */
async function maskedArea(
  model: Model,
  { scene }: OpenSeries,
  options: SceneOptions,
): Promise<RasterWindow> {
  const { grid } = scene;
  const { dilate } = keepClearOf(options.mask);
  const { plan } = await planArea(model, scene, { ...options, area: areaOf(grid, options) });
  const { all, tileSize } = plan;
  const row = Math.max(0, plan.rows[all.rows[0]]! - dilate);
  const column = Math.max(0, plan.columns[all.columns[0]]! - dilate);
  const right = plan.columns[all.columns[1] - 1]! + tileSize + dilate;
  // Mask rows are read in chunks.
  const bottom = plan.rows[all.rows[1] - 1]! + tileSize + MASK_ROWS + dilate;
  return {
    column,
    row,
    width: Math.min(grid.width, right) - column,
    height: Math.min(grid.height, bottom) - row,
  };
}

/**
 * Opens the masks of all dates for a model; undefined without a mask source.
 *
 * @param isEach True if every date needs a mask, of the whole scene. Default: where the model's mean is
 *   made of all dates.
 * @throws {InputError} As `openDateMasks`.
 */
export async function openMasks(
  series: OpenSeries,
  { model, options, isEach = model.card.modules.mean !== undefined, ...how }: {
    readonly model: Model;
    readonly options: SceneOptions;
    readonly isEach?: boolean;
    /** Finds clouds on each date alone, as of `openDateMasks`. Default false. */
    readonly isQuick?: boolean;
    /** Counts a sample of large masks only. Default false. */
    readonly isLook?: boolean;
    /** Comparisons of the dates by earlier calls. Default none. */
    readonly comparisons?: ComparisonCache | undefined;
  },
): Promise<OpenMasks | undefined> {
  const { mask: { source, ...mask } = {} } = options;
  if (source === undefined) return undefined;
  return await openDateMasks(series, {
    ...options,
    mask: { ...mask, source },
    model,
    isEach,
    ...how,
    ...(!isEach && { area: await maskedArea(model, series, options) }),
  });
}
