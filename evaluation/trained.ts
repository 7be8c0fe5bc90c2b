/**
 * Trained models by what they were trained from: whoever asks for the same experiment gets the same
 * run.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import {
  type CheckedExperiment,
  train,
  type TrainingProgress,
  type TrainOptions,
} from "../training/mod.ts";
import { textOf, writeJson } from "./kept.ts";

/** A finished run. */
export interface TrainedRun {
  readonly folder: string;
  /** The model file, in the folder. */
  readonly model: string;
  /** Updates. */
  readonly steps: number;
  /** Numbers that were learnt. */
  readonly parameters: number;
  /** Of all its steps; absent if its log does not say. */
  readonly seconds?: number;
}

/** What does not change what is learnt: two experiments that differ in these share a run. */
const APART = [
  ...["checkpointEvery", "keepEvery", "keepBest", "logEvery"],
  ...["validateEvery", "validationSamples"],
];

/** JSON with sorted keys, so that equal values are equal texts. Infinity is kept. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, item) => {
    if (item === Infinity) return "Infinity";
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => a < b ? -1 : 1));
  });
}

/** The first 8 hexadecimal digits of SHA-256. */
export async function shortHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest, 0, 4), (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/** Name of the folder of a run: the model's name, the seed, and a hash of all that matters. */
export async function runName(experiment: CheckedExperiment): Promise<string> {
  const { model, seed } = experiment;
  const essence = Object.entries(experiment).filter(([key]) => !APART.includes(key));
  const name = (model.name ?? "unnamed").replaceAll(/[^\w.-]+/g, "_");
  return `${name}-seed${seed}-${await shortHash(stableJson(Object.fromEntries(essence)))}`;
}

const FINISHED = "finished.json";

/** The run of a folder, if it came to its end. */
async function finishedRun(folder: string): Promise<TrainedRun | undefined> {
  const text = await textOf(`${folder}/${FINISHED}`);
  if (text === undefined) return undefined;
  const { model, ...run } = JSON.parse(text) as Omit<TrainedRun, "folder">;
  return { folder, model: `${folder}/${model}`, ...run };
}

/** Seconds of the steps of a run, from its log. */
async function secondsOf(folder: string): Promise<number | undefined> {
  const text = await textOf(`${folder}/log.jsonl`) ?? "";
  const lines = text.split("\n").filter((line) => line !== "");
  const seconds = lines
    .map((line) => (JSON.parse(line) as { readonly seconds?: unknown }).seconds)
    .filter((value) => typeof value === "number");
  return seconds.length === 0 ? undefined : seconds.reduce((sum, value) => sum + value, 0);
}

/** How runs are carried out. */
export interface TrainedOptions extends Pick<TrainOptions, "registry" | "signal" | "workers"> {
  /** Holds one folder per run. */
  readonly folder: string;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

/** Whether an experiment's run is there and complete. */
export async function isTrained(
  experiment: CheckedExperiment,
  { folder }: Pick<TrainedOptions, "folder">,
): Promise<boolean> {
  return await finishedRun(`${folder}/${await runName(experiment)}`) !== undefined;
}

/**
 * The run of an experiment: the one that is there, or else trained now; one that was interrupted
 * goes on.
 *
 * @throws {DivergedError} If training fails.
 * @throws The signal's reason, if it ends the run; a checkpoint is then kept.
 */
export async function trainedRun(
  experiment: CheckedExperiment,
  { folder: all, onProgress, ...options }: TrainedOptions,
): Promise<TrainedRun> {
  const folder = `${all}/${await runName(experiment)}`;
  const found = await finishedRun(folder);
  if (found !== undefined) return found;
  const { model, path } = await train(experiment, {
    ...options,
    out: folder,
    resume: true,
    ...(onProgress && { onProgress }),
  });
  const { params, buffers } = model.weights;
  const parameters = Object.values(params).reduce((sum, { size }) => sum + size, 0);
  tf.dispose({ ...params, ...buffers });
  const seconds = await secondsOf(folder);
  const run = {
    model: path.slice(folder.length + 1),
    steps: experiment.steps,
    parameters,
    ...(seconds !== undefined && { seconds }),
  };
  await writeJson(`${folder}/${FINISHED}`, run);
  return { ...run, folder, model: path };
}
