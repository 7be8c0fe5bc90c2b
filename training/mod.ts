/**
 * Training (Alg. 1): objective, optimizer, average, and runs that resume bit for bit.
 *
 * @module
 */

export {
  type AdamW,
  adamw,
  ADAMW_DEFAULTS,
  type AdamWOptions,
  type AdamWState,
  type AdamWUpdate,
} from "./adamw.ts";
export { trainingTensors } from "./batch.ts";
export { clipByGlobalNorm, type Clipped } from "./clip.ts";
export {
  type CuhkCrData,
  DATA_TYPES,
  dataCheck,
  type DataConfig,
  type DataModel,
  type FolderData,
  type IndexData,
  openDataset,
  type Sen12MsCrData,
  type Sen2MtcNewData,
  type SyntheticData,
} from "./datasets.ts";
export { listDataset, type ListDatasetOptions } from "./list_dataset.ts";
export { EMA_DECAY, emaDecay, updateEma } from "./ema.ts";
export {
  type CheckedExperiment,
  type Experiment,
  extendExperiment,
  parseExperiment,
  readExperiment,
  readExperimentJson,
} from "./experiment.ts";
export {
  type Loader,
  type LoaderOptions,
  type LoaderSource,
  openLoader,
  type SkippedSample,
} from "./loader.ts";
export {
  type ConstantRate,
  learningRateFactor,
  type LearningRateSchedule,
  type WarmupCosineRate,
} from "./learning_rate.ts";
export {
  type LossAndGradients,
  lossAndGradients,
  type ObjectiveInput,
  type ObjectiveVectors,
  objectiveVectors,
  sampleLosses,
  type TrainingTensors,
} from "./objective.ts";
export { setOption } from "./set_option.ts";
export {
  type CompiledUpdate,
  compileUpdate,
  DivergedError,
  type StepContext,
  type StepInput,
  type StepResult,
  trainStep,
  type UpdateInput,
  type UpdateOutput,
} from "./step.ts";
export type { TrainingState } from "./state.ts";
export { train, type Trained, type TrainingProgress, type TrainOptions } from "./trainer.ts";
export { validate, type Validation } from "./validation.ts";
