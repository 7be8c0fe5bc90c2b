/**
 * Restores a scene as a stream of rows, from top to bottom: windows in, tiles through the model,
 * blended rows out. Memory grows with the width of the scene, not with its height.
 *
 * The tile grid and the noise belong to the scene, not to the restored part, so a window, a shard,
 * another tile order or another batch size gives the same pixels.
 *
 * @module
 */

import { mean } from "../../core/mod.ts";
import type { Model } from "../../model/mod.ts";
import type { Scene } from "../scene.ts";
import { ensembleStatistics } from "./ensemble.ts";
import { RowFinisher } from "./finish_rows.ts";
import type { RestoreRowsOptions, RowsReport } from "./options.ts";
import type { TilePlan } from "./plan.ts";
import { planArea, tileCount } from "./plan_area.ts";
import { RowWindow } from "./row_window.ts";
import { createSeamMeter } from "./seams.ts";
import { cloudFillOf } from "./scene_masks.ts";
import { createStripBlend, type StripBlend } from "./strip_blend.ts";
import { TileRows } from "./tile_rows.ts";

/** Blends of the ensemble members. */
function createBlends(
  { area, tileSize, overlap }: TilePlan,
  { bands, members }: { readonly bands: number; readonly members: number },
): readonly StripBlend[] {
  const ramp = Math.floor(tileSize * overlap);
  return Array.from({ length: members }, () => createStripBlend(area, { bands, tileSize, ramp }));
}

/** Root mean square over the members: the mean image has no tiles of its own to compare. */
function disagreementOf(blends: readonly StripBlend[]): number {
  return Math.sqrt(mean(blends.map((blend) => blend.disagreement() ** 2)));
}

/** First row of the scene that a later row of tiles still touches. */
function finishedEnd({ rows, area, target }: TilePlan, row: number): number {
  return row + 1 < target.rows[1] ? rows[row + 1]! : area.row + area.height;
}

/**
 * Restores a part of a scene.
 *
 * @throws {RangeError} If the overlap or the mask options are out of range, or the area isn't inside
 *   the scene.
 */
export async function restoreRows(
  model: Model,
  scene: Scene,
  options: RestoreRowsOptions,
): Promise<RowsReport> {
  const { masks, ensemble = { seeds: [options.seed ?? 0] }, write } = options;
  const { seeds } = ensemble;
  const { plan, calls } = await planArea(model, scene, options);
  const keepClasses = cloudFillOf(model.card, masks) !== undefined;
  const window = new RowWindow(plan, scene, { masks, keepClasses, signal: options.signal });
  const tiles = new TileRows(model, { scene, plan, window, seeds, options });
  const seams = createSeamMeter(plan, model.card.bands.length);
  const finisher = new RowFinisher({
    scene,
    area: plan.area,
    mostRows: plan.tileSize,
    reference: window.reference,
    originOf: window.originOf,
    onRow: (values, isRestored) => seams.add(values, isRestored),
  });
  const blends = createBlends(plan, { bands: model.card.bands.length, members: seeds.length });
  const { all: { rows: [firstRow, lastRow] }, target } = plan;
  let finished = plan.area.row;
  try {
    for (let row = firstRow; row < lastRow; row++) {
      const members = await tiles.take(row);
      if (row < target.rows[0] || row >= target.rows[1]) continue;
      for (const [i, own] of members.entries()) {
        for (const { origin, image } of own) blends[i]!.add(image, origin);
      }
      const end = finishedEnd(plan, row);
      if (end <= finished) continue;
      const blended = ensembleStatistics(blends.map((blend) => blend.take(end)), ensemble);
      await write(finisher.finish(blended, { row: finished, rows: end - finished }));
      finished = end;
      window.drop(tiles.next < lastRow ? Math.min(finished, plan.rows[tiles.next]!) : finished);
    }
  } catch (error) {
    // Started rows must neither wait for others forever nor keep computing.
    await tiles.fail(error);
    throw error;
  }
  return {
    ...finisher.report(),
    seams: { ...seams.result(), disagreement: disagreementOf(blends) },
    tiles: { total: tileCount(plan), restored: tiles.restored / seeds.length },
    evaluations: tiles.restored * calls,
  };
}
