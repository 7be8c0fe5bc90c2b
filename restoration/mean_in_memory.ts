/**
 * The mean of all dates of a scene in memory, which tiles are then cut from.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { meanArrays, meanGroups, type Model } from "../model/mod.ts";
import { rasterInMemory } from "../rasters/mod.ts";
import { missingValues } from "./missing_values.ts";
import type { Scene } from "./scene.ts";

/** Inputs of a mean of all dates. */
export interface MeanInMemory {
  /** The dates. */
  readonly rasters: readonly Raster[];
  /** Masks of the dates: 0 clear, others hidden. */
  readonly masks: readonly Uint8Array[] | undefined;
  /** Days of the dates; undefined if unknown. */
  readonly days?: readonly number[];
}

/**
 * Returns the scene as the network sees it: the reference alone, with the mean of all dates. A model
 * whose mean is the cloudy image sees the scene as it is.
 *
 * @throws {TypeError} If there is not one mask, and one day if any, for each date.
 */
export function withMeanInMemory(
  { card, modules }: Model,
  scene: Scene,
  { rasters, masks, days }: MeanInMemory,
): Scene {
  if (card.modules.mean === undefined) return scene;
  const { reference, frames, grid: { width, height } } = scene;
  const length = rasters.length;
  const pixels = width * height;
  if (masks?.length !== length || masks.some((mask) => mask.length !== pixels)) {
    throw new TypeError(
      `Cannot restore: the model's mean is ${card.modules.mean.type}, which needs a mask of ` +
        `${width}×${height} pixels for each of ${length} dates, got ${masks?.length ?? "none"}`,
    );
  }
  if (days !== undefined && days.length !== length) {
    throw new TypeError(
      `Cannot restore: there must be a day for each of ${length} dates, got ${days.length}`,
    );
  }
  const channels = card.bands.length;
  const cloudy = new Float32Array(length * pixels * channels);
  const hidden = new Uint8Array(length * pixels);
  for (const [l, raster] of rasters.entries()) {
    cloudy.set(raster.data, l * pixels * channels);
    const missing = missingValues(raster);
    if (missing !== undefined) {
      const own = cloudy.subarray(l * pixels * channels, (l + 1) * pixels * channels);
      missing.forEach((value, i) => value === 1 && (own[i] = NaN));
    }
    hidden.set(masks[l]!, l * pixels);
  }
  const mean = meanArrays(modules.mean, card, {
    ...{ size: { batch: 1, length, height, width }, cloudy, masks: hidden },
    ...{ reference: [reference], ...(days && { days: [days] }) },
  });
  const groups = meanGroups(channels);
  const all = groups.reduce((sum, { depth }) => sum + depth, 0);
  const data = new Float32Array(pixels * all);
  for (let i = 0, to = 0; i < pixels; i++) {
    for (const { key, depth } of groups) {
      data.set(mean[key].subarray(i * depth, (i + 1) * depth), to);
      to += depth;
    }
  }
  const names = groups.flatMap(({ key, depth }) =>
    Array.from({ length: depth }, (_, d) => `${key} ${d}`)
  );
  const bands = names.map((_, b) => b);
  return {
    ...scene,
    frames: [frames[reference]!],
    reference: 0,
    mean: {
      file: rasterInMemory({ width, height, bands: names, dtype: "float32", data }),
      place: { column: 0, row: 0 },
      bands,
      fill: bands.map(() => 0),
      gains: bands.map(() => 1),
      biases: bands.map(() => 0),
      missing: [],
    },
  };
}
