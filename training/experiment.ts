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
import { CONSTANT_RATE, learningRateCheck, type LearningRateSchedule } from "./learning_rate.ts";

/** Everything that a training run is made of. */
export interface Experiment {
  /** What {@linkcode createModel} takes: one key per axis. */
  readonly model: ModelConfig;
  readonly data: {
    readonly train: DatasetConfig;
    readonly validation?: DatasetConfig;
    /** What a study scores the model on. Default the validation data. */
    readonly test?: DatasetConfig;
  };
  /** Samples of which gradients are computed at once. Default 1. */
  readonly batchSize?: number;
  /** Batches of one update, whose gradients are averaged. Default 1. */
  readonly accumulate?: number;
  /** Updates in all. */
  readonly steps: number;
  /** Least frames L of a step, which are drawn from this to the model's length. Default the latter. */
  readonly minLength?: number;
  /** AdamW. Default PyTorch's and the paper's options. */
  readonly optimizer?: AdamWOptions;
  /** Factor of the optimizer's learning rate by update. Default constant, as in the paper's runs. */
  readonly learningRateSchedule?: LearningRateSchedule;
  /** Averages of the weights. Default one of decay 0.9999, with the paper's warm-up. */
  readonly ema?: AverageOptions;
  /** Largest norm of the gradients. Default ∞, no clipping, as in the paper's runs. */
  readonly clip?: number;
  /** Seed of weights, order, noise levels, noise, crops and dropout. Default 0. */
  readonly seed?: number;
  /**
   * A model file whose weights the run starts from, in place of random ones; the networks must be
   * alike. In a file, relative to it.
   */
  readonly initialWeights?: string;
  /** Leave out samples whose files are bad, and count them. Default false: they end the run. */
  readonly skipBad?: boolean;
  /** Steps between lines of the log with mean losses, by σ too. Default 50. */
  readonly logEvery?: number;
  /** Steps between checkpoints. Default 500. */
  readonly checkpointEvery?: number;
  /** Steps between checkpoints that are kept for good. Default none. */
  readonly keepEvery?: number;
  /** The metric of validation by which the best checkpoint is kept. Default PSNR. */
  readonly keepBest?: Metric;
  /** Steps between validations. Default 500. */
  readonly validateEvery?: number;
  /** Samples of a validation. Default 16. */
  readonly validationSamples?: number;
}

type Optional = "minLength" | "initialWeights" | "keepEvery";

/** An experiment with its defaults. The model's axes are checked when the model is made. */
export type CheckedExperiment =
  & Required<Omit<Experiment, Optional | "optimizer" | "ema">>
  & Pick<Experiment, Optional>
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
  batchSize: 1,
  accumulate: 1,
  minLength: undefined,
  optimizer: ADAMW_DEFAULTS,
  learningRateSchedule: CONSTANT_RATE,
  ema: EMA_DEFAULTS,
  clip: Infinity,
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

/** The check of `$.data`, whose datasets are looked up in the registry. */
function dataCheck(lookup: DatasetLookup): Check<Experiment["data"]> {
  const dataset = datasetCheck(lookup);
  return object<Experiment["data"]>(
    { train: dataset, validation: dataset, test: dataset },
    { validation: undefined, test: undefined },
  );
}

/**
 * Checks an experiment and completes it with defaults.
 *
 * @param options.registry Where datasets are looked up. Default the built-in ones.
 * @throws {OptionsError} With the path of what is unknown, missing or out of range.
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
