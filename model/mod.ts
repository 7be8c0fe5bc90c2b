/**
 * A model as a value: its card, its denoiser (Eq. 13) and sampling (Alg. 2).
 *
 * @module
 */

export {
  AXES,
  type CardBand,
  type CardCalibration,
  type CardCondition,
  type CardModule,
  type CardSampling,
  type CardScaling,
  conditionChannels,
  type ModelCard,
  parseCard,
  scalingRanges,
  stringifyCard,
} from "./card.ts";
export { modelDigest } from "./digest.ts";
export {
  applyDenoiser,
  type CoefficientVectors,
  coefficientVectors,
  type Denoised,
  type DenoiserInput,
  perSample,
} from "./denoiser.ts";
export {
  conditionArray,
  fromUnit,
  type Origin,
  pixelNoise,
  type SequenceSize,
  toUnit,
} from "./images.ts";
export {
  type AnyRegistry,
  buildModules,
  createModel,
  type CreateModelOptions,
  type Model,
  type ModelConfig,
  modelFromCard,
  type Modules,
  resolveCard,
} from "./model.ts";
export {
  type Restored,
  restoreImages,
  type RestoreInput,
  type RestoreOptions,
} from "./restore_images.ts";
export {
  bindDenoiser,
  countEvaluations,
  releaseDenoiser,
  sample,
  type SampleInput,
} from "./sample.ts";
