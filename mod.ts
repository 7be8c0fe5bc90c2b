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

// The registry and the modules of each axis.
export { builtins } from "./builtins.ts";
export {
  createRng,
  type Entry,
  InputError,
  OptionsError,
  OutputError,
  type Plugin,
  Registry,
  type Rng,
} from "./core/mod.ts";
export {
  constant,
  exponential,
  flow,
  fromDrift,
  i2sb,
  irSde,
  type NoiseLevel,
  noiseLevelAtSigma,
  ouBridge,
  power,
  rational,
  rddm,
  resShift,
  type Schedule,
} from "./schedules/mod.ts";
export {
  type Coefficients,
  edm,
  identity,
  meanReverting,
  type Preconditioner,
} from "./precond/mod.ts";
export { hdit, type Network, type NetworkInput, temporalHdit } from "./networks/mod.ts";
export { logNormal, logUniform, type NoiseDistribution } from "./noise/mod.ts";
export { inverseOutput, type LossWeighting, softMinSnr, uniform } from "./weighting/mod.ts";
export {
  exponential as exponentialTimesteps,
  karras,
  linear as linearTimesteps,
  type Timesteps,
} from "./timesteps/mod.ts";
export {
  abm2,
  ancestral,
  consistency,
  dpmpp2m,
  dpmpp2mSde,
  drift,
  euler,
  heun,
  integrate,
  type Sampler,
  type SamplingMethod,
  type SamplingProblem,
  type SamplingStep,
  unipc,
} from "./samplers/mod.ts";
export { clearest, type Fusion, mean, median } from "./fusion/mod.ts";
export {
  checkDataset,
  cuhkCr,
  type Dataset,
  folderDataset,
  indexDataset,
  type Sample,
  sen12MsCr,
  sen2MtcNew,
  syntheticDataset,
} from "./datasets/mod.ts";

// Engines.
export {
  compile,
  DeviceLostError,
  type Engine,
  execute,
  GpuError,
  type Images,
  NativeUnavailableError,
  readTensor,
  type Sequence,
  TraceError,
  useEngine,
  type Weights,
} from "./engine/mod.ts";

// Models.
export {
  createModel,
  type Model,
  type ModelCard,
  type ModelConfig,
  type Modules,
  restoreImages,
} from "./model/mod.ts";
export {
  CheckpointError,
  convertWeights,
  exportOnnx,
  loadModel,
  saveModel,
} from "./checkpoints/mod.ts";

// Rasters, products and clouds.
export type { Band, PixelArray, Raster } from "./core/mod.ts";
export {
  openRaster,
  quicklook,
  type RasterFile,
  type RasterWindow,
  readRaster,
  writeCog,
  writePng,
} from "./rasters/mod.ts";
export { cloudy, composite, compositeMean, type Mean } from "./means/mod.ts";
export { openScene } from "./products/mod.ts";
export { CLOUD_CLASSES, detectClouds, openClassMask } from "./clouds/mod.ts";
export { syntheticClouds, syntheticScene } from "./synthetic/mod.ts";

// Restoration.
export {
  baselines,
  compositeScene,
  estimateScene,
  joinShards,
  PROVENANCE,
  readManifest,
  restoreManifest,
  restoreSamples,
  restoreScene,
  restoreSeries,
  selfCheck,
  selfCheckScene,
} from "./restoration/mod.ts";

// Training.
export { lossAndGradients, readExperiment, train } from "./training/mod.ts";

// Evaluation, reports and studies.
export { createLpips, mae, psnr, rmse, sam, ssim } from "./metrics/mod.ts";
export { calibrate, compareEvaluations, evaluate, openCases } from "./evaluation/mod.ts";
export { createReport, renderReport } from "./report/mod.ts";
export { findStudies, runStudy } from "./studies/mod.ts";
