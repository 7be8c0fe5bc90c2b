/**
 * Scenes of rasters in memory as the network sees them.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { Model } from "../model/mod.ts";
import { maskedInput } from "./cloud_fill.ts";
import { meanOfModel, sceneMean } from "./composite/scene_mean.ts";
import { masksInMemory } from "./rows/masks_in_memory.ts";
import type { Scene } from "./scene.ts";
import { sceneInMemory } from "./scene_in_memory.ts";

/** Rasters of the dates and what is known of them. */
export interface DatesInMemory {
  /** Index of the date to restore. */
  readonly reference: number;
  /** Masks of the dates: 0 clear, others hidden. */
  readonly masks: readonly Uint8Array[] | undefined;
  /** Days of the dates; undefined if unknown. */
  readonly days: readonly number[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns rasters as a scene that the network sees: with masked clouds filled, and, where the model's
 * mean is made of all dates, the reference alone with that mean.
 *
 * @throws {TypeError} If bands or sizes don't fit the model, or there is not one mask, and one day if
 *   any, for each date.
 */
export async function networkSceneInMemory(
  model: Model,
  rasters: readonly Raster[],
  { reference, masks, days, signal }: DatesInMemory,
): Promise<Scene> {
  const scene = sceneInMemory(model, maskedInput(model, rasters, masks), { reference });
  const { mean } = model.card.modules;
  if (mean === undefined) return scene;
  const { length } = rasters;
  const { width, height } = scene.grid;
  if (masks?.length !== length || masks.some((mask) => mask.length !== width * height)) {
    throw new TypeError(
      `Cannot restore: the model's mean is ${mean.type}, which needs a mask of ` +
        `${width}×${height} pixels for each of ${length} dates, got ${masks?.length ?? "none"}`,
    );
  }
  if (days !== undefined && days.length !== length) {
    throw new TypeError(
      `Cannot restore: there must be a day for each of ${length} dates, got ${days.length}`,
    );
  }
  // The mean is made of the dates as they are.
  const made = await sceneMean(sceneInMemory(model, rasters, { reference }), {
    ...{ model, mean: meanOfModel(model), days: days ?? rasters.map(() => 0), signal },
    masks: masksInMemory(masks, { width, height, reference }),
  });
  return { ...made.scene, frames: [scene.frames[reference]!] };
}
