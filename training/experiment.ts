/**
 * An experiment as JSON: a model, its data and how it is trained.
 *
 * @module
 */

import {
  boolean,
  type Check,
  checkOptions,
  type Checks,
  integer,
  number,
  numberOrInfinity,
  object,
  oneOf,
  OptionsError,
  show,
  string,
} from "../core/mod.ts";
import { builtins } from "../builtins.ts";
import { datasetCheck, type DatasetConfig, type DatasetLookup } from "../datasets/mod.ts";
import type { ModelConfig } from "../model/mod.ts";
import { ADAMW_DEFAULTS, type AdamWOptions } from "./adamw.ts";
import { type AverageOptions, type Averages, averagesCheck, EMA_DEFAULTS } from "./averages.ts";
import { type Metric, METRICS } from "./best.ts";
import { LOSS_SCALES, type LossScale } from "./gradients.ts";
import { CONSTANT_RATE, learningRateCheck, type LearningRateSchedule } from "./learning_rate.ts";

/** Model, data and training options of a run. */
export interface Experiment {
  /** Config of the model, see {@linkcode createModel}: one key per axis. */
  readonly model: ModelConfig;
  /** Datasets for training, validation and studies. */
  readonly data: {
    readonly train: DatasetConfig;
    readonly validation?: DatasetConfig;
    /** Data on which a study scores the model. Default the validation data. */
    readonly test?: DatasetConfig;
  };
  /**
   * Side of the square training crops. Default the model's tile size; smaller for a network of any
   * size, whose tiles are larger in a restoration.
   */
  readonly cropSize?: number;
  /** Samples per batch, whose gradients are computed together. Default 1. */
  readonly batchSize?: number;
  /** Batches per update, whose gradients are averaged. Default 1. */
  readonly accumulate?: number;
  /** Number of updates. */
  readonly steps: number;
  /** Minimum L of a step, drawn between this and the model's length. Default the model's length. */
  readonly minLength?: number;
  /** Options of AdamW. Default those of PyTorch and the paper. */
  readonly optimizer?: AdamWOptions;
  /** Schedule of the learning rate. Default constant, as in the paper's runs. */
  readonly learningRateSchedule?: LearningRateSchedule;
  /** Moving averages of the weights. Default one with decay 0.9999 and the paper's warm-up. */
  readonly ema?: AverageOptions;
  /** Maximum norm of the gradients. Default ∞, no clipping, as in the paper's runs. */
  readonly clip?: number;
  /** Scale on which the objective averages the losses of samples. Default linear, as in the paper. */
  readonly loss?: LossScale;
  /** Seed of weights, order, noise levels, noise, crops and dropout. Default 0. */
  readonly seed?: number;
  /**
   * Model file with the initial weights, for the same network, or with more bands than this model. In an experiment file, its path is
   * relative to that file. Default random weights.
   */
  readonly initialWeights?: string;
  /** Skip and count samples whose files are bad. Default false: they end the run. */
  readonly skipBad?: boolean;
  /** Steps between log lines of mean losses, in total and by σ. Default 50. */
  readonly logEvery?: number;
  /** Steps between checkpoints. Default 500. */
  readonly checkpointEvery?: number;
  /** Steps between checkpoints that are kept permanently. Default none. */
  readonly keepEvery?: number;
  /** Validation metric that selects the best checkpoint. Default PSNR. */
  readonly keepBest?: Metric;
  /** Steps between validations. Default 500. */
  readonly validateEvery?: number;
  /** Samples per validation. Default 16. */
  readonly validationSamples?: number;
}

/** Experiment with its defaults. The model's axes are checked when the model is created. */
export type CheckedExperiment =
  & Required<
    Omit<
      Experiment,
      "cropSize" | "minLength" | "initialWeights" | "keepEvery" | "optimizer" | "ema"
    >
  >
  & Pick<Experiment, "cropSize" | "minLength" | "initialWeights" | "keepEvery">
  & { readonly optimizer: Required<AdamWOptions>; readonly ema: Averages };

const modelCheck: Check<ModelConfig> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionsError(path, `must be an object, got ${show(value)}`);
  }
  return value as ModelConfig;
};

const decay = number({ min: 0, below: 1 });

const CHECKS: Omit<Checks<Experiment>, "data"> = {
  model: modelCheck,
  cropSize: integer({ min: 1 }),
  batchSize: integer({ min: 1 }),
  accumulate: integer({ min: 1 }),
  steps: integer({ min: 1 }),
  minLength: integer({ min: 1 }),
  optimizer: object<AdamWOptions>({
    learningRate: number({ above: 0 }),
    beta1: decay,
    beta2: decay,
    epsilon: number({ above: 0 }),
    weightDecay: number({ min: 0 }),
  }, ADAMW_DEFAULTS),
  learningRateSchedule: learningRateCheck,
  ema: averagesCheck,
  clip: numberOrInfinity({ above: 0 }),
  loss: oneOf(...LOSS_SCALES),
  seed: integer({ min: 0 }),
  initialWeights: string,
  skipBad: boolean,
  logEvery: integer({ min: 1 }),
  checkpointEvery: integer({ min: 1 }),
  keepEvery: integer({ min: 1 }),
  keepBest: oneOf(...METRICS),
  validateEvery: integer({ min: 1 }),
  validationSamples: integer({ min: 1 }),
};

const DEFAULTS: Partial<Experiment> = {
  cropSize: undefined,
  batchSize: 1,
  accumulate: 1,
  minLength: undefined,
  optimizer: ADAMW_DEFAULTS,
  learningRateSchedule: CONSTANT_RATE,
  ema: EMA_DEFAULTS,
  clip: Infinity,
  loss: "linear",
  seed: 0,
  initialWeights: undefined,
  skipBad: false,
  logEvery: 50,
  checkpointEvery: 500,
  keepEvery: undefined,
  keepBest: "psnr",
  validateEvery: 500,
  validationSamples: 16,
};

/** Returns the check of `$.data`, whose datasets are looked up in the registry. */
function dataCheck(lookup: DatasetLookup): Check<Experiment["data"]> {
  const dataset = datasetCheck(lookup);
  return object<Experiment["data"]>(
    { train: dataset, validation: dataset, test: dataset },
    { validation: undefined, test: undefined },
  );
}

/**
 * Checks an experiment and fills in the defaults.
 *
 * @param options.registry Registry of datasets. Default the built-in datasets.
 * @throws {OptionsError} If an option is unknown, missing or out of range; the message has its path.
 *
 * @example
 * ```ts
 * import { parseExperiment } from "./experiment.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => parseExperiment({ step: 100 }), Error, "$.step");
 * ```
 */
export function parseExperiment(
  value: unknown,
  { registry = builtins }: DatasetLookup = {},
): CheckedExperiment {
  const { model, ...checks } = CHECKS;
  return checkOptions<Experiment>(value, {
    checks: { model, data: dataCheck({ registry }), ...checks },
    defaults: DEFAULTS,
  }) as CheckedExperiment;
}
