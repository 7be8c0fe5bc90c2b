/**
 * Trained models by what they were trained from: whoever asks for the same experiment gets the same
 * run.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import {
  type CheckedExperiment,
  learntModel,
  train,
  type TrainOptions,
  withoutPlaces,
} from "../training/mod.ts";
import { textOf, writeJson } from "../files/mod.ts";
import { keepRunData, type LocatedRun, type LocateOptions, locateRun } from "./located_run.ts";
import { shortHash, stableJson } from "../core/mod.ts";

/** A finished run. */
export interface TrainedRun {
  readonly folder: string;
  /** The model file, in the folder. */
  readonly model: string;
  /** Updates. */
  readonly steps: number;
  /** Numbers that were learnt. */
  readonly parameters: number;
  /** Of all its steps. */
  readonly seconds: number;
}

/**
 * What does not change what is learnt: two experiments that differ in these share a run. So do those
 * that differ in what their model is called, how it samples, what it is validated and tested on, and
 * where their data lie.
 */
const APART = [
  ...["checkpointEvery", "keepEvery", "keepBest", "logEvery"],
  ...["validateEvery", "validationSamples", "skipBad"],
];

/** Weights by what is in their file; by their address where that cannot be read as a file. */
async function weightsKey(address: string): Promise<string> {
  try {
    return await shortHash(await Deno.readFile(address));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return address;
    throw error;
  }
}

/** The end of the name of a run: the seed, and a hash of all that matters. */
export async function runKey(experiment: CheckedExperiment): Promise<string> {
  const { model, seed, data: { train }, initialWeights } = experiment;
  const options = Object.entries(experiment).filter(([key]) => !APART.includes(key));
  const essence = {
    ...Object.fromEntries(options),
    model: learntModel(model),
    data: { train: withoutPlaces(train) },
    ...(initialWeights !== undefined && { initialWeights: await weightsKey(initialWeights) }),
  };
  return `seed${seed}-${await shortHash(stableJson(essence))}`;
}

const FINISHED = "finished.json";

/** The run of a folder, if it came to its end. */
async function finishedRun(folder: string): Promise<TrainedRun | undefined> {
  const text = await textOf(`${folder}/${FINISHED}`);
  if (text === undefined) return undefined;
  const { model, ...run } = JSON.parse(text) as Omit<TrainedRun, "folder">;
  return { folder, model: `${folder}/${model}`, ...run };
}

/**
 * The folder of an experiment's run, which is there or will be, called NAME-seedS-HASH by the model.
 *
 * @throws {InputError} If there is one of data at another place, and those at hand cannot be opened.
 */
export async function findRun(
  experiment: CheckedExperiment,
  options: LocateOptions,
): Promise<LocatedRun> {
  const name = (experiment.model.name ?? "unnamed").replaceAll(/[^\w.-]+/g, "_");
  return await locateRun({ name, key: await runKey(experiment) }, experiment, options);
}

/** Whether a run is there and complete. */
export async function isTrained({ folder }: LocatedRun): Promise<boolean> {
  return await finishedRun(folder) !== undefined;
}

/** How runs are carried out. */
export interface TrainedOptions
  extends Pick<TrainOptions, "registry" | "signal" | "workers" | "onProgress"> {
  /** From {@linkcode findRun}. */
  readonly run: LocatedRun;
}

/**
 * The run of an experiment: the one that is there, or else trained now; one that was interrupted
 * goes on.
 *
 * @throws {DivergedError} If training fails.
 * @throws {CheckpointError} If the data have changed since it was interrupted.
 * @throws The signal's reason, if it ends the run; a checkpoint is then kept.
 */
export async function trainedRun(
  experiment: CheckedExperiment,
  { run: { folder }, ...options }: TrainedOptions,
): Promise<TrainedRun> {
  await keepRunData(folder, experiment);
  const found = await finishedRun(folder);
  if (found !== undefined) return found;
  const { model, path, seconds } = await train(experiment, {
    ...options,
    out: folder,
    resume: true,
  });
  const { params, buffers } = model.weights;
  const parameters = Object.values(params).reduce((sum, { size }) => sum + size, 0);
  tf.dispose({ ...params, ...buffers });
  const run = {
    model: path.slice(folder.length + 1),
    steps: experiment.steps,
    parameters,
    seconds,
  };
  await writeJson(`${folder}/${FINISHED}`, run);
  return { ...run, folder, model: path };
}
