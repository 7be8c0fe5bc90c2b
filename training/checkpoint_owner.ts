/**
 * Identity of the run that a checkpoint belongs to: the parts of an experiment that determine its
 * weights, and those that make its validations comparable.
 *
 * @module
 */

import { redacted } from "../core/mod.ts";
import { withoutPaths } from "../datasets/mod.ts";
import type { DataFacts } from "./data_facts.ts";
import type { CheckedExperiment } from "./experiment.ts";
import { learntModel, samplingOf } from "./learnt_model.ts";

/** The experiment, data and initial weights that a checkpoint belongs to. */
export interface CheckpointOwner {
  /** Experiment with every axis of the model filled in. */
  readonly experiment: CheckedExperiment;
  /** Training data. */
  readonly data: DataFacts;
  /** Validation data, if the run has any. */
  readonly validation?: DataFacts;
  /** Digest of the model that the run started from; absent if its weights were random. */
  readonly initialWeights?: string;
}

/**
 * Returns JSON without Infinity, which JSON cannot represent and which is always a default, and with
 * addresses without query strings and passwords.
 */
export function json(value: unknown): string {
  return redacted(JSON.stringify(value, (_, item) => item === Infinity ? undefined : item) ?? "");
}

/**
 * Returns the part of an experiment that determines its weights, as JSON.
 *
 * The number of steps, the intervals, the model's name and sampling, the validation and the paths
 * of the data do not change the weights. Neither does `skipBad`: without it, a bad sample would have
 * ended the run.
 */
export function essence({ experiment, initialWeights }: CheckpointOwner): string {
  const { batchSize, accumulate, minLength, optimizer } = experiment;
  const { learningRateSchedule, ema: { decays }, clip, loss, seed, cropSize } = experiment;
  const model = learntModel(experiment.model);
  const data = { train: withoutPaths(experiment.data.train) };
  return json({
    ...{ model, data, batchSize, accumulate, minLength, optimizer },
    ...{ learningRateSchedule, ema: { decays }, clip, seed, initialWeights },
    // The paper's is left out, so that runs from before there was a choice go on.
    ...(loss !== "linear" && { loss }),
    ...(cropSize !== undefined && { cropSize }),
  });
}

/** Returns the keys in which two essences differ, ignoring keys that do not change the weights. */
export function differences(...texts: readonly [string, string]): readonly string[] {
  const [left, right] = texts.map((text): Readonly<Record<string, unknown>> => {
    const { data, model, skipBad: _, ...rest } = JSON.parse(text);
    return {
      ...rest,
      ...(model && { model: learntModel(model) }),
      ...(data && { data: { train: withoutPaths(data.train) } }),
    };
  });
  return [...new Set([...Object.keys(left!), ...Object.keys(right!)])]
    .filter((key) => json(left![key]) !== json(right![key]));
}

/** Returns a key that is equal for validations whose metrics can be compared. */
export function bestKey({ experiment, validation: facts }: CheckpointOwner): string {
  const { ema: { use }, data: { validation }, keepBest, validationSamples, model } = experiment;
  const data = validation && withoutPaths(validation);
  const sampling = samplingOf(model);
  return json({ metric: keepBest, use, data, samples: validationSamples, facts, sampling });
}
