/**
 * Restoring scenes from files to files (Alg. 2 over tiles), and what to compare with.
 *
 * @module
 */

export { BASELINES, baselines, copyInput, fuseFrames, leastCloudy } from "./baselines.ts";
export { writeBeforeAfter } from "./before_after.ts";
export { type Blend, blendWeights, createBlend } from "./blend.ts";
export { type RestoredScene, restoreScene, type RestoreSceneOptions } from "./restore_scene.ts";
export {
  type RestoreProgress,
  restoreSeries,
  type RestoreSeriesOptions,
} from "./restore_series.ts";
export { readSeries, type ReadSeriesOptions, type SceneInput, type Series } from "./series.ts";
export { cutTile, tileGrid, type TileGridOptions, type TileOrigin } from "./tiles.ts";
