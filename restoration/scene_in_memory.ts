/**
 * Scenes of rasters in memory.
 *
 * @module
 */

import { normalizeBand, type Raster } from "../core/mod.ts";
import { type RasterFile, rasterInMemory } from "../rasters/mod.ts";
import { bandReflectanceScale, type Model } from "../model/mod.ts";
import { withoutInfinite } from "./finite.ts";
import { missingOf } from "./missing_values.ts";
import type { Scene, SceneFrame } from "./scene.ts";

/** Wraps rasters in memory, with the model's bands in its order and units, as a scene. */
export function sceneInMemory(
  model: Model,
  rasters: readonly Raster[],
  { reference }: { readonly reference: number },
): Scene {
  const { card } = model;
  const wanted = card.bands.map(({ name }) => normalizeBand(name));
  const first = rasters[0]!;
  for (const { width, height, bands } of rasters) {
    const names = bands.map(normalizeBand);
    if (names.join() !== wanted.join()) {
      throw new TypeError(
        `Cannot restore: model ${card.name} needs the bands ${
          wanted.join(", ")
        } in this order, got ` +
          `${names.length}: ${names.join(", ")}`,
      );
    }
    if (width !== first.width || height !== first.height) {
      throw new TypeError(
        `Cannot restore: rasters must have one size, got ${first.width}×${first.height} and ` +
          `${width}×${height}`,
      );
    }
  }
  if (card.condition.auxiliary.length > 0) {
    throw new TypeError(
      `Cannot restore: model ${card.name} needs the auxiliary bands ` +
        `${card.condition.auxiliary.map(({ name }) => name).join(", ")}, which rasters do not ` +
        `carry; restore files with restoreScene, or arrays with restoreImages`,
    );
  }
  const frames = rasters.map((raster): SceneFrame => {
    const file: RasterFile = withoutInfinite(rasterInMemory(raster), () => {});
    return {
      file,
      place: { column: 0, row: 0 },
      bands: wanted.map((_, i) => i),
      fill: wanted.map(() => 0),
      gains: wanted.map(() => 1),
      biases: wanted.map(() => 0),
      missing: missingOf(file.header, card.bands),
    };
  });
  return {
    grid: frames[reference]!.file.header,
    frames,
    reference,
    bands: wanted,
    output: wanted.map((_, i) => i),
    reflectanceScale: bandReflectanceScale(card.bands[0]!),
  };
}
