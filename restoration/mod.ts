/**
 * Restoring scenes from files to files (Alg. 2 over tiles), and what to compare with.
 *
 * @module
 */

export { areaOf, type AreaOptions, type Shard } from "./area.ts";
export {
  type BaselineOptions,
  type BaselineResults,
  BASELINES,
  baselines,
  copyInput,
  fuseFrames,
  leastCloudy,
  MASKED_BASELINES,
} from "./baselines.ts";
export { writeBeforeAfter } from "./before_after.ts";
export type { BorderStep } from "./rows/border_step.ts";
export { bytesInFlight, estimateScene, type SceneEstimate } from "./estimate.ts";
export { type FinishedRows, PROVENANCE, type ProvenanceCounts } from "./rows/finish_rows.ts";
export { hideClouds, isCloud, paintClouds, withoutClouds } from "./hide_clouds.ts";
export { skyWindow } from "./rows/sky_window.ts";
export { joinShards, type JoinShardsOptions } from "./join_shards.ts";
export { KEEP_CLEAR_DEFAULTS, type KeepClearOptions, restoredShares } from "./keep_clear.ts";
export {
  type DatedFrames,
  linearInTime,
  maskAwareMean,
  type MaskedFrames,
} from "./masked_baselines.ts";
export {
  estimateManifest,
  type ManifestScene,
  readManifest,
  restoreManifest,
  type RestoreManifestOptions,
  type SceneStatus,
} from "./manifest.ts";
export {
  provenancePath,
  type RestoredScene,
  restoreScene,
  uncertaintyPath,
} from "./restore_scene.ts";
export type { RestoreSceneOptions } from "./scene_options.ts";
export {
  type RestoredSamples,
  restoreSamples,
  type RestoreSamplesOptions,
} from "./restore_samples.ts";
export {
  sampleSeeds,
  type Sampling,
  samplingOf,
  type SamplingOptions,
  withSampling,
} from "./sampling.ts";
export { restoreSeries, type RestoreSeriesOptions } from "./restore_series.ts";
export {
  type RestoreProgress,
  restoreRows,
  type RestoreRowsOptions,
  type RowsReport,
  type TilingOptions,
} from "./rows/restore_rows.ts";
export { fillGaps } from "./rows/fill_gaps.ts";
export type { CheckScore } from "./self_check/check_scores.ts";
export { selfCheck, type SelfCheckSeriesOptions } from "./self_check/self_check.ts";
export type { OriginScore, SelfCheck, SelfCheckOptions } from "./self_check/self_check_result.ts";
export { selfCheckScene, type SelfCheckSceneOptions } from "./self_check/self_check_scene.ts";
export type { SceneSky } from "./rows/flight.ts";
export { checkOutputs, checkWritable } from "./outputs.ts";
export { openSky } from "./scene_sky.ts";
export type { MaskSource, Scene, SceneFrame } from "./scene.ts";
export type { SeamDirection, SeamMetric } from "./rows/seams.ts";
export {
  type MissingB10,
  type OpenSeries,
  openSeries,
  type OpenSeriesOptions,
  type SceneInput,
} from "./series.ts";
export { blendWeights, createStripBlend, type StripBlend } from "./rows/strip_blend.ts";
export { tileGrid, type TileGridOptions, type TileOrigin } from "./rows/tiles.ts";
