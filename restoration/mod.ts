/**
 * Restores scenes from files to files (Alg. 2 over tiles); baselines.
 *
 * @module
 */

export { areaOf, type AreaOptions, type Shard } from "./area.ts";
export type { Baseline, BaselineInput, BaselineNeeds } from "./baselines/baseline.ts";
export { type BaselineOptions, type BaselineResults, baselines } from "./baselines/baselines.ts";
export { compositeImage } from "./baselines/composite_image.ts";
export {
  type DatedFrames,
  linearInTime,
  maskAwareMean,
  maskAwareMedian,
  type MaskedFrames,
} from "./baselines/from_clear.ts";
export { copyInput, fuseFrames, leastCloudy } from "./baselines/fuse_frames.ts";
export { BASELINES } from "./baselines/list.ts";
export { smoothFill } from "./baselines/smooth_fill.ts";
export { writeBeforeAfter } from "./before_after.ts";
export type { BorderStep } from "./rows/border_step.ts";
export { estimateScene, type SceneEstimate } from "./estimate.ts";
export { FrameRows, type StoredRow } from "./rows/frame_rows.ts";
export {
  type EvidenceRows,
  type FinishedReport,
  type FinishedRows,
  PROVENANCE,
  type ProvenanceCounts,
} from "./rows/finish_rows.ts";
export { fillClouds, fillImageClouds, maskedInput } from "./cloud_fill.ts";
export type { SpreadCalibration } from "./rows/ensemble.ts";
export { maskWindow } from "./rows/mask_window.ts";
export {
  type CompositeImage,
  type CompositeResult,
  compositeScene,
} from "./composite/composite_scene.ts";
export type { CompositeDate } from "./composite/used_dates.ts";
export {
  type ComposedScene,
  compositeManifest,
  type CompositeManifestOptions,
  type CompositeStatus,
} from "./composite/composite_manifest.ts";
export type { CompositeProgress, CompositeSceneOptions } from "./composite/composite_options.ts";
export { COMPOSITE_METHODS, type CompositeMethodName } from "./composite/methods.ts";
export { joinShards, type JoinShardsOptions } from "./join_shards.ts";
export { keepClearOf, type KeepClearOptions, restoredShares } from "./keep_clear.ts";
export { type ManifestScene, readManifest } from "./manifest_file.ts";
export {
  estimateManifest,
  restoreManifest,
  type RestoreManifestOptions,
  type SceneDone,
  type SceneStatus,
} from "./manifest.ts";
export { type RestoredDates, restoreEvery, type RestoreEveryOptions } from "./restore_every.ts";
export { checkCube, type CubeImage, writeCube, type WriteCubeOptions } from "./write_cube.ts";
export { writeRunCollection } from "./run_collection.ts";
export { type RestoredScene, restoreScene } from "./restore_scene.ts";
export { provenancePath, type ScenePaths, uncertaintyPath } from "./scene_paths.ts";
export type {
  EnsembleOptions,
  MaskOptions,
  RestoreSceneOptions,
  SceneOptions,
  WriteOptions,
} from "./scene_options.ts";
export {
  type RestoredSamples,
  restoreSamples,
  type RestoreSamplesOptions,
} from "./restore_samples.ts";
export {
  type EnsembleRestoration,
  sampleSeeds,
  type Sampling,
  samplingOf,
  type SamplingOptions,
  withSampling,
} from "./sampling.ts";
export { restoreSeries, type RestoreSeriesOptions } from "./restore_series.ts";
export type {
  EnsembleRows,
  RestoreProgress,
  RestoreRowsOptions,
  RowsReport,
  TileOptions,
  TilingOptions,
} from "./rows/options.ts";
export { restoreRows } from "./rows/restore_rows.ts";
export { fillGaps } from "./rows/fill_gaps.ts";
export type { CheckScore } from "./self_check/check_scores.ts";
export {
  selfCheck,
  type SelfCheckSeriesOptions,
  type SeriesMaskOptions,
} from "./self_check/self_check.ts";
export type { OriginScore, SelfCheck, SelfCheckOptions } from "./self_check/self_check_result.ts";
export type { SceneChoice } from "./self_check/choice.ts";
export { UncheckableError } from "./self_check/uncheckable_error.ts";
export { selfCheckScene } from "./self_check/self_check_scene.ts";
export { cloudFillOf, type SceneMasks } from "./rows/scene_masks.ts";
export { checkOutputs, type CheckOutputsOptions, checkWritable, makeFoldersOf } from "./outputs.ts";
export { chooseMasks, type MaskChoice, shownMasks } from "./mask_choice.ts";
export type { MaskNames } from "./mask_names.ts";
export type { DatedFilesOptions } from "./dated_files.ts";
export type { OpenMasks } from "./date_masks.ts";
export type { OpenSeries } from "./open_series.ts";
export { openMasks } from "./open_masks.ts";
export type { ComparisonCache } from "./compare_dates.ts";
export { type NetworkScene, networkScene, type NetworkSceneOptions } from "./network_scene.ts";
export { type ModelOptions, type OptionsForModel, optionsForModel } from "./options_for_model.ts";
export { openReflectance, type OpenReflectanceOptions } from "./reflectance_series.ts";
export type { PixelEvidence } from "./rows/evidence.ts";
export type { MaskSource, MeanRows, Scene, SceneFrame, SceneMean } from "./scene.ts";
export type { SeamDirection, SeamMetric } from "./rows/seams.ts";
export type { MissingB10 } from "./frame_bands.ts";
export type { SceneInput } from "./reference.ts";
export { type ItemOptions, withItems } from "./stac_inputs.ts";
export { openSeries, type OpenSeriesOptions } from "./series.ts";
export type { BatchOptions, BatchOutcome, BatchScene, BatchStatus } from "./batch.ts";
export { blendWeights, createStripBlend, type StripBlend } from "./rows/strip_blend.ts";
export { type Size, tileGrid, type TileGridOptions, type TileOrigin } from "./rows/tiles.ts";
