/**
 * A model as a value: its card, its denoiser (Eq. 13) and sampling (Alg. 2).
 *
 * @module
 */

export {
  AXES,
  bandReflectanceScale,
  type CardBand,
  type CardCalibration,
  type CardCondition,
  type CardModule,
  type CardModules,
  type CardResidual,
  type CardSampling,
  type CardScaling,
  conditionChannels,
  EVIDENCE,
  levelOf,
  type ModelCard,
  networkLength,
  scalingRanges,
  stringifyCard,
} from "./card.ts";
export {
  bindDenoiser,
  type DenoiserContext,
  type DenoiserModel,
  releaseDenoiser,
} from "./compiled_denoiser.ts";
export { samplingLevels, type SamplingPath } from "./check_sampling.ts";
export { type SystemPreset, SYSTEMS } from "./systems.ts";
export { countEvaluations } from "./count_evaluations.ts";
export { modelDigest } from "./digest.ts";
export {
  applyDenoiser,
  COEFFICIENTS,
  type CoefficientVectors,
  coefficientVectors,
  type Denoised,
  type DenoiserInput,
} from "./denoiser.ts";
export {
  conditionArray,
  fromUnit,
  type Origin,
  pixelNoise,
  type SequenceSize,
  toUnit,
} from "./images.ts";
export { buildModules, completeCard, type ModulesOptions } from "./build_modules.ts";
export { defaultSampling, type EnsembleModules } from "./ensemble.ts";
export { type MeanArrays, meanArrays, type MeanDates } from "./mean_arrays.ts";
export {
  countedDates,
  type MeanCard,
  type MeanGroup,
  meanGroups,
  type MeanInput,
  meanInput,
  meanOfGroups,
  toMeanUnits,
  unknownMean,
} from "./mean_input.ts";
export { type MeanTensors, meanTensors } from "./residual.ts";
export { createModel, type CreateModelOptions, type Model, modelFromCard } from "./model.ts";
export {
  type ModelConfig,
  resolveCard,
  resolveConfig,
  type ResolveOptions,
} from "./model_config.ts";
export type { Modules } from "./modules.ts";
export { parseCard } from "./parse_card.ts";
export {
  type Restored,
  restoreImages,
  type RestoreInput,
  type RestoreOptions,
} from "./restore_images.ts";
export { sample, type SampleInput, type SamplingModel } from "./sample.ts";
export { perSample, type Vectors, vectorsOf } from "./vectors.ts";
