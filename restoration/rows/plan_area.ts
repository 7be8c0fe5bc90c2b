/**
 * Plans the tiles of a part of a scene, and counts them without restoring any.
 *
 * @module
 */

import { countEvaluations, type Model, type RestoreOptions } from "../../model/mod.ts";
import type { Scene } from "../scene.ts";
import type { RestoreRowsOptions, RowsReport } from "./options.ts";
import { planTiles, type TilePlan } from "./plan.ts";
import { RowWindow } from "./row_window.ts";

/** Denoiser evaluations per tile. */
async function evaluationsPerTile(model: Model, options: RestoreOptions): Promise<number> {
  const { card, modules } = model;
  const { steps = card.steps, sampler = modules.sampler, timesteps = modules.timesteps } = options;
  return await countEvaluations(model, { sampler, sigmas: timesteps.sigmas(steps) });
}

/** Plans the tiles of an area; `calls` is the number of denoiser evaluations per tile. */
export async function planArea(
  model: Model,
  { grid: { width, height } }: Pick<Scene, "grid">,
  options: Pick<RestoreRowsOptions, "area" | "tiles"> & RestoreOptions,
): Promise<{ readonly plan: TilePlan; readonly calls: number }> {
  const { area = { column: 0, row: 0, width, height }, tiles = {} } = options;
  const { overlap = 0.25, blend = "end" } = tiles;
  const calls = await evaluationsPerTile(model, options);
  const plan = planTiles({ width, height }, {
    area,
    overlap,
    tileSize: model.card.tileSize,
    shared: blend === "steps" ? calls : 0,
  });
  return { plan, calls };
}

/** Number of tiles of a plan. */
export function tileCount({ all: { rows, columns } }: TilePlan): number {
  return (rows[1] - rows[0]) * (columns[1] - columns[0]);
}

/** Counts the tiles that a restoration computes. */
export async function countTiles(
  model: Model,
  scene: Scene,
  options: Omit<RestoreRowsOptions, "write">,
): Promise<RowsReport["tiles"] & Pick<RowsReport, "evaluations">> {
  const { masks, signal, ensemble } = options;
  const { plan, calls } = await planArea(model, scene, options);
  const { rows, all: { rows: [firstRow, lastRow] } } = plan;
  // The reference alone decides: by its mask, or by its gaps where there is no mask.
  const alone: Scene = {
    ...scene,
    frames: [scene.frames[scene.reference]!],
    reference: 0,
    auxiliary: undefined,
  };
  const window = new RowWindow(plan, alone, {
    masks: masks && {
      ...masks,
      open: ([own]) => [masks.open(scene.frames.map(() => own!))[scene.reference]],
    },
  });
  let restored = 0;
  for (let row = firstRow; row < lastRow; row++) {
    signal?.throwIfAborted();
    await window.load(row);
    restored += window.needed(row).length;
    if (row + 1 < lastRow) window.drop(rows[row + 1]!);
  }
  const members = ensemble?.seeds.length ?? 1;
  return { total: tileCount(plan), restored, evaluations: restored * calls * members };
}
