/**
 * Training runs keyed by everything that affects training, so that equal experiments share a run.
 *
 * @module
 */

import { withoutPaths } from "../datasets/mod.ts";
import { tf } from "../engine/mod.ts";
import { type CheckedExperiment, learntModel, train, type TrainOptions } from "../training/mod.ts";
import { writeJson } from "../files/mod.ts";
import { cachedText } from "./cached_json.ts";
import { keepRunData, type LocatedRun, type LocateOptions, locateRun } from "./located_run.ts";
import { shortHash, stableJson } from "../core/mod.ts";

/** A finished run. */
export interface TrainedRun {
  readonly folder: string;
  /** Path of the model file. */
  readonly model: string;
  /** Training steps. */
  readonly steps: number;
  /** Trainable parameters. */
  readonly parameters: number;
  /** Training time. */
  readonly seconds: number;
}

/**
 * Options that do not affect training: experiments that differ only in these share a run. The model's
 * name, sampling, validation and test data, and the paths of the data do not matter either.
 */
const IRRELEVANT = [
  ...["checkpointEvery", "keepEvery", "keepBest", "logEvery"],
  ...["validateEvery", "validationSamples", "skipBad"],
];

/** Digest of a weights file; the address itself if it is not a file. */
async function weightsKey(address: string): Promise<string> {
  try {
    return await shortHash(await Deno.readFile(address));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return address;
    throw error;
  }
}

/** Key of a run: its seed, and a hash of everything that affects training. */
export async function runKey(experiment: CheckedExperiment): Promise<string> {
  const { model, seed, data: { train }, initialWeights } = experiment;
  const options = Object.entries(experiment).filter(([key]) => !IRRELEVANT.includes(key));
  const essence = {
    ...Object.fromEntries(options),
    model: learntModel(model),
    data: { train: withoutPaths(train) },
    ...(initialWeights !== undefined && { initialWeights: await weightsKey(initialWeights) }),
  };
  return `seed${seed}-${await shortHash(stableJson(essence))}`;
}

const FINISHED = "finished.json";

/** Run of a folder; undefined if it is not complete. */
async function finishedRun(folder: string): Promise<TrainedRun | undefined> {
  const text = await cachedText(`${folder}/${FINISHED}`);
  if (text === undefined) return undefined;
  const { model, ...run } = JSON.parse(text) as Omit<TrainedRun, "folder">;
  return { folder, model: `${folder}/${model}`, ...run };
}

/**
 * Finds the folder of an experiment's existing or new run, named NAME-seedS-HASH after the model.
 *
 * @throws {InputError} If a run exists for data at other paths, and the current data cannot be opened.
 */
export async function findRun(
  experiment: CheckedExperiment,
  options: LocateOptions,
): Promise<LocatedRun> {
  const name = (experiment.model.name ?? "unnamed").replaceAll(/[^\w.-]+/g, "_");
  return await locateRun({ name, key: await runKey(experiment) }, experiment, options);
}

/** Tests if a run is complete. */
export async function isTrained({ folder }: LocatedRun): Promise<boolean> {
  return await finishedRun(folder) !== undefined;
}

/** Options of {@linkcode trainedRun}. */
export interface TrainedOptions
  extends Pick<TrainOptions, "registry" | "plugins" | "signal" | "workers" | "onProgress"> {
  /** Location from {@linkcode findRun}. */
  readonly run: LocatedRun;
}

/**
 * Returns the complete run of an experiment: an existing one, or one trained now. Interrupted runs
 * resume.
 *
 * @throws {DivergedError} If training diverges.
 * @throws {CheckpointError} If the data changed since the interruption.
 * @throws The signal's reason, if it aborts; a checkpoint remains.
 */
export async function trainedRun(
  experiment: CheckedExperiment,
  { run: { folder }, ...options }: TrainedOptions,
): Promise<TrainedRun> {
  await keepRunData(folder, experiment, options);
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
