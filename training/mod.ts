/**
 * Training (Alg. 1): objective, optimizer, average, and runs that resume bit for bit.
 *
 * @module
 */

export {
  type AdamW,
  adamw,
  type AdamWInput,
  type AdamWMoments,
  type AdamWOptions,
  type AdamWRates,
  type AdamWState,
  type AdamWUpdate,
  type MovingAverage,
} from "./adamw.ts";
export type { AverageOptions, Averages } from "./averages.ts";
export { meanInputOf, type MeanModel, trainingTensors } from "./batch.ts";
export { type Best, betterOf, type Metric, metricOf, METRICS } from "./best.ts";
export { learntModel } from "./learnt_model.ts";
export { EMA_DECAY, emaDecay, updateEma } from "./ema.ts";
export { type CheckedExperiment, type Experiment, parseExperiment } from "./experiment.ts";
export { experimentCard } from "./experiment_card.ts";
export type { Loader, SkippedSample } from "./loader.ts";
export {
  type LoaderOptions,
  type LoaderSource,
  type NamedSource,
  openLoader,
} from "./open_loader.ts";
export {
  type ConstantRate,
  learningRateFactor,
  type LearningRateSchedule,
  type WarmupCosineRate,
} from "./learning_rate.ts";
export { type LossAndGradients, lossAndGradients, type LossScale } from "./gradients.ts";
export {
  type ObjectiveInput,
  type ObjectiveVectors,
  objectiveVectors,
  sampleLosses,
  type TrainingTensors,
} from "./objective.ts";
export { prepareSamples, type PrepareSamplesOptions } from "./prepare_samples.ts";
export { readExperiment } from "./read_experiment.ts";
export { setOption } from "./set_option.ts";
export {
  DivergedError,
  type StepContext,
  type StepInput,
  type StepResult,
  trainStep,
} from "./step.ts";
export { measureMoments, type MeasureMomentsOptions, type Moments } from "./measure_moments.ts";
export type { TrainingState } from "./state.ts";
export type { Trained, TrainingProgress, TrainOptions } from "./train_options.ts";
export { train } from "./trainer.ts";
export type { Environment, EnvironmentFile } from "./environment.ts";
export {
  type LogLine,
  type MeansLine,
  readLog,
  type SkippedLine,
  type StepLine,
  type ValidationLine,
} from "./log.ts";
export { type RunFolder, runFolder } from "./run_folder.ts";
export { binLosses, type LossAtSigma, type SigmaBin, sigmaBounds } from "./sigma_bins.ts";
export { type Events, openEvents } from "./tensorboard.ts";
export {
  type CompiledUpdate,
  compileUpdate,
  type GradientInput,
  type UpdateInput,
  type UpdateOptions,
  type UpdateOutput,
  type UpdateRates,
  type UpdateState,
} from "./update.ts";
export {
  type Batch,
  createUpdater,
  type Updated,
  type Updater,
  type UpdaterInput,
} from "./updater.ts";
export { type PixelScores, validate, type ValidateOptions, type Validation } from "./validation.ts";
