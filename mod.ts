/**
 * emrdm: mean-reverting diffusion (EMRDM, CVPR 2025) that removes clouds from satellite images.
 *
 * Every axis of the paper's design space is a folder, a kind in the registry and a small interface;
 * its modules are ordinary functions and are exported here.
 *
 * @example Restore an array with a model file
 * ```ts ignore
 * import { loadModel, restoreImages, useEngine } from "@emrdm/emrdm";
 *
 * await useEngine("auto");
 * const model = await loadModel("weights/s2-temporal.safetensors");
 * const { image } = await restoreImages(model, { cloudy, batch: 1, length: 3, height: 64, width: 64 });
 * ```
 *
 * @module
 */

export { type AnyRegistry, type BuiltinCatalog, builtinCatalog, builtins } from "./builtins.ts";
export * from "./checkpoints/mod.ts";
export * from "./core/mod.ts";
export * from "./clouds/mod.ts";
export * from "./datasets/mod.ts";
export {
  type AtomicFileOptions,
  checkOverwrite,
  clearScratch,
  type CsvRow,
  isAddress,
  openScratch,
  parseCsv,
  pathOf,
  type Scratch,
  writeFileAtomically,
} from "./files/mod.ts";
export * from "./products/mod.ts";
export * from "./rasters/mod.ts";
export * from "./synthetic/mod.ts";
export {
  compile,
  type CompileContext,
  type Compiled,
  type CompileOptions,
  DeviceLostError,
  type Engine,
  type EngineName,
  ENGINES,
  execute,
  GpuError,
  type Images,
  NativeUnavailableError,
  type Params,
  readTensor,
  type Sequence,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  type Tensor5D,
  tf,
  TraceError,
  useEngine,
  type UseEngineOptions,
  type Weights,
} from "./engine/mod.ts";
export * from "./evaluation/mod.ts";
export * from "./report/mod.ts";
export * from "./studies/mod.ts";
export {
  clearest,
  type ClearestOptions,
  collapse,
  type Fusion,
  mean,
  type MeanOptions,
  median,
  type MedianOptions,
} from "./fusion/mod.ts";
export {
  type BandScore,
  bandScores,
  createLpips,
  type Lpips,
  type LpipsSize,
  type LpipsWeights,
  mae,
  METRIC_PROFILES,
  type MetricProfile,
  type NoLpips,
  type ProfileImages,
  type ProfileName,
  type ProfileScore,
  psnr,
  type RegionScore,
  rmse,
  sam,
  type Score,
  score as scoreImages,
  scoreRegions,
  ssim,
} from "./metrics/mod.ts";
export * from "./model/mod.ts";
export * from "./networks/mod.ts";
export * from "./noise/mod.ts";
export * from "./precond/mod.ts";
export * from "./restoration/mod.ts";
export * from "./samplers/mod.ts";
export * from "./schedules/mod.ts";
export {
  exponential as exponentialTimesteps,
  type ExponentialOptions as ExponentialTimestepsOptions,
  karras,
  type KarrasOptions,
  linear as linearTimesteps,
  type LinearOptions as LinearTimestepsOptions,
  type SigmaRange,
  type Timesteps,
  timesteps,
} from "./timesteps/mod.ts";
export * from "./training/mod.ts";
export * from "./weighting/mod.ts";
