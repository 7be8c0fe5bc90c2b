/**
 * Plans the tiles of a part of a scene.
 *
 * @module
 */

import {
  countEvaluations,
  type Model,
  type RestoreOptions,
  samplingLevels,
} from "../../model/mod.ts";
import type { Scene } from "../scene.ts";
import type { RestoreRowsOptions } from "./options.ts";
import { planTiles, type TilePlan } from "./plan.ts";

/** Denoiser evaluations per tile. */
export async function evaluationsPerTile(
  model: Model,
  options: RestoreOptions,
): Promise<number> {
  const { card, modules } = model;
  const { steps = card.steps, sampler = modules.sampler, timesteps = modules.timesteps } = options;
  const levels = samplingLevels({ ...modules, sampler, timesteps }, steps);
  return await countEvaluations(model, { sampler, sigmas: levels.map(({ sigma }) => sigma) });
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
