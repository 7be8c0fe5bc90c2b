/**
 * Experiments side by side: each is trained and measured on its validation data.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import {
  type Experiment,
  train,
  type TrainingProgress,
  type TrainOptions,
  type Validation,
} from "../training/mod.ts";

/** An experiment with a name, which is that of its folder. */
export interface NamedExperiment {
  readonly name: string;
  readonly experiment: Experiment;
}

/** What an experiment came to. */
export interface ExperimentResult {
  readonly name: string;
  /** Updates. */
  readonly steps: number;
  /** Loss of the last step of this call; absent where the run was complete already. */
  readonly loss?: number;
  /** The last validation; absent where the experiment has no validation data. */
  readonly validation?: Validation;
  /** The model file. */
  readonly path: string;
}

/** How experiments are run. */
export interface RunExperimentsOptions extends Pick<TrainOptions, "registry" | "signal"> {
  /** Holds one folder per experiment. A run that was interrupted there goes on. */
  readonly out: string;
  readonly onProgress?: (name: string, progress: TrainingProgress) => void;
}

/** The last validation in the log of a run. */
async function lastValidation(path: string): Promise<Validation | undefined> {
  const lines = (await Deno.readTextFile(path)).split("\n").filter((line) => line !== "");
  const found = lines.map((line) => JSON.parse(line) as { readonly validation?: Validation })
    .findLast(({ validation }) => validation !== undefined);
  return found?.validation;
}

/**
 * Trains experiments one after the other.
 *
 * @throws {OptionsError} If an experiment is wrong anywhere.
 * @throws {CheckpointError} If a folder holds another experiment's run.
 */
export async function runExperiments(
  experiments: readonly NamedExperiment[],
  { out, onProgress, ...options }: RunExperimentsOptions,
): Promise<readonly ExperimentResult[]> {
  const results: ExperimentResult[] = [];
  for (const { name, experiment } of experiments) {
    const folder = `${out}/${name}`;
    const { model: { weights }, loss, path } = await train(experiment, {
      ...options,
      out: folder,
      resume: true,
      onProgress: (progress) => onProgress?.(name, progress),
    });
    tf.dispose({ ...weights.params, ...weights.buffers });
    const validation = await lastValidation(`${folder}/log.jsonl`);
    results.push({
      name,
      steps: experiment.steps,
      path,
      ...(loss !== undefined && { loss }),
      ...(validation && { validation }),
    });
  }
  return results;
}
