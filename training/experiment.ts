/**
 * An experiment as JSON: a model, its data and how it is trained.
 *
 * @module
 */

import {
  type Check,
  checkOptions,
  type Checks,
  InputError,
  integer,
  number,
  numberOrInfinity,
  object,
  OptionsError,
  show,
} from "../core/mod.ts";
import type { ModelConfig } from "../model/mod.ts";
import { ADAMW_DEFAULTS, type AdamWOptions } from "./adamw.ts";
import { dataCheck, type DataConfig } from "./datasets.ts";
import { EMA_DECAY } from "./ema.ts";
import { CONSTANT_RATE, learningRateCheck, type LearningRateSchedule } from "./learning_rate.ts";

/** Everything that a training run is made of. */
export interface Experiment {
  /** What {@linkcode createModel} takes: one key per axis. */
  readonly model: ModelConfig;
  readonly data: {
    readonly train: DataConfig;
    readonly validation?: DataConfig;
    /** What a study scores the model on. Default the validation data. */
    readonly test?: DataConfig;
  };
  /** Samples of one step. Default 1. */
  readonly batchSize?: number;
  /** Updates in all. */
  readonly steps: number;
  /** Least frames L of a step, which are drawn from this to the model's length. Default the latter. */
  readonly minLength?: number;
  /** AdamW. Default PyTorch's and the paper's options. */
  readonly optimizer?: AdamWOptions;
  /** Factor of the optimizer's learning rate by update. Default constant, as in the paper's runs. */
  readonly learningRateSchedule?: LearningRateSchedule;
  /** Decay of the averaged weights. Default 0.9999, with the paper's warm-up. */
  readonly ema?: { readonly decay?: number };
  /** Largest norm of the gradients. Default ∞, no clipping, as in the paper's runs. */
  readonly clip?: number;
  /** Seed of weights, order, noise levels, noise, crops and dropout. Default 0. */
  readonly seed?: number;
  /** Steps between checkpoints. Default 500. */
  readonly checkpointEvery?: number;
  /** Steps between validations. Default 500. */
  readonly validateEvery?: number;
  /** Samples of a validation. Default 16. */
  readonly validationSamples?: number;
}

/** An experiment with its defaults. The model's axes are checked when the model is made. */
export type CheckedExperiment =
  & Required<Omit<Experiment, "minLength" | "optimizer" | "ema">>
  & Pick<Experiment, "minLength">
  & { readonly optimizer: Required<AdamWOptions>; readonly ema: { readonly decay: number } };

const modelCheck: Check<ModelConfig> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionsError(path, `must be an object, got ${show(value)}`);
  }
  return value as ModelConfig;
};

const decay = number({ min: 0, below: 1 });

const CHECKS: Checks<Experiment> = {
  model: modelCheck,
  data: object<Experiment["data"]>(
    { train: dataCheck, validation: dataCheck, test: dataCheck },
    { validation: undefined, test: undefined },
  ),
  batchSize: integer({ min: 1 }),
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
  ema: object<{ decay?: number }>({ decay: number({ min: 0, max: 1 }) }, { decay: EMA_DECAY }),
  clip: numberOrInfinity({ above: 0 }),
  seed: integer({ min: 0 }),
  checkpointEvery: integer({ min: 1 }),
  validateEvery: integer({ min: 1 }),
  validationSamples: integer({ min: 1 }),
};

const DEFAULTS: Partial<Experiment> = {
  batchSize: 1,
  minLength: undefined,
  optimizer: ADAMW_DEFAULTS,
  learningRateSchedule: CONSTANT_RATE,
  ema: { decay: EMA_DECAY },
  clip: Infinity,
  seed: 0,
  checkpointEvery: 500,
  validateEvery: 500,
  validationSamples: 16,
};

/**
 * Checks an experiment and completes it with defaults.
 *
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
export function parseExperiment(value: unknown): CheckedExperiment {
  return checkOptions(value, { checks: CHECKS, defaults: DEFAULTS }) as CheckedExperiment;
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * One experiment over another. Top-level keys are replaced, and so is each key of `model` and
 * `data`: an axis is replaced with all its options, never mixed.
 */
export function extendExperiment(base: unknown, own: unknown): unknown {
  if (!isObject(base) || !isObject(own)) return own;
  const merged: Record<string, unknown> = { ...base, ...own };
  for (const key of ["model", "data"]) {
    if (isObject(base[key]) && isObject(own[key])) merged[key] = { ...base[key], ...own[key] };
  }
  return merged;
}

/**
 * Reads an experiment, and what it names by `"extends": "other.json"`, beside it.
 *
 * @throws {OptionsError} If a file extends itself, or something is unknown, missing or out of range.
 */
export async function readExperiment(path: string | URL): Promise<CheckedExperiment> {
  return parseExperiment(await readExperimentJson(path));
}

/**
 * The JSON of an experiment with what it extends, not yet checked: options may be set in it first.
 *
 * @throws {OptionsError} If a file is no JSON or extends itself.
 */
export async function readExperimentJson(path: string | URL): Promise<unknown> {
  return await readExtended(toUrl(path), []);
}

function toUrl(path: string | URL): URL {
  if (path instanceof URL) return path;
  const absolute = /^([/\\]|[A-Za-z]:[/\\])/.test(path) ? path : `${Deno.cwd()}/${path}`;
  return new URL(encodeURI(absolute.replaceAll("\\", "/")), "file:///");
}

async function readText(url: URL): Promise<string> {
  if (url.protocol === "file:") return await Deno.readTextFile(url);
  const response = await fetch(url);
  if (response.ok) return await response.text();
  await response.body?.cancel();
  throw new InputError(`Cannot read ${url}: it must be there, got ${response.status}`);
}

async function readExtended(url: URL, from: readonly string[]): Promise<unknown> {
  if (from.includes(url.href)) {
    throw new OptionsError("$.extends", `must not lead back to ${url.pathname}`);
  }
  const text = await readText(url);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new OptionsError("$", `${url.pathname} must be JSON: ${(error as Error).message}`);
  }
  if (!isObject(value) || value["extends"] === undefined) return value;
  const { extends: base, ...own } = value;
  if (typeof base !== "string") {
    throw new OptionsError("$.extends", `must name a file, got ${show(base)}`);
  }
  return extendExperiment(await readExtended(new URL(base, url), [...from, url.href]), own);
}
