/**
 * Training runs in files: a model file with the averaged weights, and beside them all that the next
 * step depends on.
 *
 * @module
 */

import {
  CheckpointError,
  modelMetadata,
  readSafetensors,
  type StoredTensor,
  swapShape,
  toFile,
  toMemory,
  TRAINING_PREFIX,
  writeSafetensors,
} from "../checkpoints/mod.ts";
import { withoutPaths } from "../datasets/mod.ts";
import { type Params, readTensor, type Tensor, tf } from "../engine/mod.ts";
import type { ModelCard } from "../model/mod.ts";
import type { Network } from "../networks/mod.ts";
import type { Best } from "./best.ts";
import { dataChange, type DataFacts } from "./data_facts.ts";
import type { CheckedExperiment } from "./experiment.ts";
import { learntModel, samplingOf } from "./learnt_model.ts";
import type { TrainingState } from "./state.ts";

const EXPERIMENT = "emrdm.experiment";
const STEP = "emrdm.step";
/** The decay of the average that has the model's names. */
const AVERAGE = "emrdm.average";
const BEST = "emrdm.best";
const INITIAL = "emrdm.initialWeights";
const DATA = "emrdm.data";

/** What a checkpoint belongs to. */
export interface CheckpointOwner {
  /** With the model's axes complete. */
  readonly experiment: CheckedExperiment;
  /** The data of training. */
  readonly data: DataFacts;
  /** The data of validation, if it is validated. */
  readonly validation?: DataFacts;
  /** Digest of the weights that the run started from, where they were no random ones. */
  readonly initialWeights?: string;
}

/** JSON without what it cannot say: Infinity is a default. */
function json(value: unknown): string {
  return JSON.stringify(value, (_, item) => item === Infinity ? undefined : item);
}

/**
 * What makes the numbers of an experiment, as text. How long it runs, how often it saves, what its
 * model is called, how it samples, what it is measured on and where its data lie do not; nor whether
 * it leaves out bad samples, as it would not have come past one.
 */
function essence({ experiment, initialWeights }: CheckpointOwner): string {
  const { batchSize, accumulate, minLength, optimizer } = experiment;
  const { learningRateSchedule, ema: { decays }, clip, seed } = experiment;
  const model = learntModel(experiment.model);
  const data = { train: withoutPaths(experiment.data.train) };
  return json({
    ...{ model, data, batchSize, accumulate, minLength, optimizer },
    ...{ learningRateSchedule, ema: { decays }, clip, seed, initialWeights },
  });
}

/** The keys by which two essences differ, whether they say more than one has to or not. */
function differences(...texts: readonly [string, string]): readonly string[] {
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

/** What a best validation is comparable by. */
function bestKey({ experiment, validation: facts }: CheckpointOwner): string {
  const { ema: { use }, data: { validation }, keepBest, validationSamples, model } = experiment;
  const data = validation && withoutPaths(validation);
  const sampling = samplingOf(model);
  return json({ metric: keepBest, use, data, samples: validationSamples, facts, sampling });
}

/** The names of groups of tensors beside the model. */
function groupsOf({ decays }: CheckedExperiment["ema"], use: number) {
  return {
    params: `${TRAINING_PREFIX}params.`,
    first: `${TRAINING_PREFIX}first.`,
    second: `${TRAINING_PREFIX}second.`,
    /** The average that is the model has its names. */
    ema: decays.map((decay) => decay === use ? "" : `${TRAINING_PREFIX}ema.${decay}.`),
  };
}

/**
 * Writes a state, whole or not at all, over the one that is there.
 *
 * @param options What it belongs to; `card` is the model's; `best` the best validation so far.
 */
export async function saveCheckpoint(
  path: string,
  state: TrainingState,
  { card, best, ...owner }: CheckpointOwner & {
    readonly card: ModelCard;
    readonly best: Best | undefined;
  },
): Promise<void> {
  const { step, weights, ema, optimizer } = state;
  const { ema: averages } = owner.experiment;
  const names = groupsOf(averages, averages.use);
  const groups: readonly (readonly [string, Params])[] = [
    ["", weights.buffers],
    ...ema.map((average, i) => [names.ema[i]!, average] as const),
    [names.params, weights.params],
    [names.first, optimizer.first],
    [names.second, optimizer.second],
  ];
  const tensors: Record<string, StoredTensor> = {};
  for (const [group, members] of groups) {
    for (const [name, tensor] of Object.entries(members)) {
      const data = await readTensor(tensor);
      tensors[`${group}${name}`] = toFile(name, { shape: tensor.shape, data });
    }
  }
  const metadata = {
    ...modelMetadata(card),
    [STEP]: String(step),
    [EXPERIMENT]: essence(owner),
    [DATA]: json(owner.data),
    [AVERAGE]: String(averages.use),
    ...(owner.initialWeights !== undefined && { [INITIAL]: owner.initialWeights }),
    ...(best && { [BEST]: json({ ...best, of: bestKey(owner) }) }),
  };
  await writeSafetensors(path, { tensors, metadata, overwrite: true });
}

function parseBest(text: string | undefined, owner: CheckpointOwner): Best | undefined {
  if (text === undefined) return undefined;
  const { of, ...best } = JSON.parse(text) as Best & { readonly of: string };
  return of === bestKey(owner) ? best : undefined;
}

/** @throws {CheckpointError} If the checkpoint is of another experiment or of other data. */
function checkOwner(
  path: string,
  metadata: Readonly<Record<string, string>>,
  owner: CheckpointOwner,
): void {
  const differing = differences(metadata[EXPERIMENT] ?? "{}", essence(owner));
  if (differing.length > 0) {
    throw new CheckpointError(
      `Cannot resume from ${path}: it must be of the same experiment, got another ` +
        `${differing.join(", ")}; train the changed one into another folder`,
    );
  }
  const before = metadata[DATA];
  const change = before && dataChange(JSON.parse(before) as DataFacts, owner.data);
  if (change) {
    throw new CheckpointError(
      `Cannot resume from ${path}: its data ${change}; give it those back, or train into another ` +
        `folder ("initialWeights" starts from this file)`,
    );
  }
}

/**
 * Reads a state.
 *
 * @param options The network, and what the checkpoint must belong to.
 * @returns The state, whose tensors the caller owns, and the best validation so far, unless another
 *   metric, average or dataset is asked for now.
 * @throws {CheckpointError} If the file is broken, or belongs to another experiment or to other data.
 */
export async function loadCheckpoint(
  path: string,
  { network, ...owner }: CheckpointOwner & { readonly network: Pick<Network, "tensors"> },
): Promise<{ readonly state: TrainingState; readonly best: Best | undefined }> {
  const { tensors, metadata } = await readSafetensors(path);
  const step = Number(metadata[STEP]);
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new CheckpointError(`Cannot resume from ${path}: it is no checkpoint of a training run`);
  }
  checkOwner(path, metadata, owner);
  const read = (group: string, role: "param" | "buffer"): Params => {
    const specs = network.tensors.filter((spec) => spec.role === role);
    const entries = specs.map(({ name, shape }): [string, Tensor] => {
      const stored = tensors[`${group}${name}`];
      if (stored === undefined || stored.shape.join() !== swapShape(name, shape).join()) {
        throw new CheckpointError(
          `Cannot resume from ${path}: ${group}${name} must be [${swapShape(name, shape)}], got ` +
            (stored === undefined ? "nothing" : `[${stored.shape}]`),
        );
      }
      const { data } = toMemory(name, stored);
      return [name, tf.tensor(data, [...shape], "float32")];
    });
    return Object.fromEntries(entries);
  };
  const names = groupsOf(owner.experiment.ema, Number(metadata[AVERAGE]));
  const state = {
    step,
    weights: { params: read(names.params, "param"), buffers: read("", "buffer") },
    ema: names.ema.map((group) => read(group, "param")),
    optimizer: { step, first: read(names.first, "param"), second: read(names.second, "param") },
  };
  return { state, best: parseBest(metadata[BEST], owner) };
}
