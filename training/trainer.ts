/**
 * Training: Alg. 1 over a dataset, with a log, checkpoints and resume.
 *
 * @module
 */

import { builtins } from "../builtins.ts";
import { OptionsError, OutputError } from "../core/mod.ts";
import { lockRun, makeFolder } from "../files/mod.ts";
import type { Model, ModelCard } from "../model/mod.ts";
import { adamw } from "./adamw.ts";
import { checkBands } from "./batch.ts";
import { loadCheckpoint } from "./checkpoint.ts";
import { dataFacts } from "./data_facts.ts";
import { currentEnvironment, writeEnvironment, writeJson } from "./environment.ts";
import { type CheckedExperiment, type Experiment, parseExperiment } from "./experiment.ts";
import { initialModel } from "./initial_weights.ts";
import { Run } from "./run.ts";
import { openBatches, openValidation } from "./run_data.ts";
import { runFolder } from "./run_folder.ts";
import { disposeState, firstState } from "./state.ts";
import type { Trained, TrainOptions } from "./train_options.ts";
import { createUpdater } from "./updater.ts";

/**
 * Trains a model.
 *
 * Random numbers depend only on the seed, their purpose and the step. On the same engine, a run that is
 * interrupted and resumed equals an uninterrupted run bit for bit.
 *
 * @param experiment Model, data and training options.
 * @throws {OptionsError} If the experiment is invalid.
 * @throws {OutputError} If the folder has a checkpoint and `resume` is false, if another run is using it,
 *   or if it cannot be written.
 * @throws {InputError} If files of the data or of the initial weights are missing or bad.
 * @throws {TypeError} If the data does not fit the model.
 * @throws {CheckpointError} If the folder's checkpoint belongs to another experiment or to other data.
 * @throws {DivergedError} If loss or gradients are no longer finite; the last checkpoint is kept.
 * @throws The signal's reason if it stops the run, after saving a checkpoint.
 */
export async function train(experiment: Experiment, options: TrainOptions): Promise<Trained> {
  const { registry = builtins, workers = 0, resume = false, engine, signal, onProgress } = options;
  const parsed = parseExperiment(experiment, { registry });
  const { model: { card, weights, modules }, digest } = await initialModel(parsed, registry);
  const checked = { ...parsed, model: configOf(card) };
  const optimizer = adamw(checked.optimizer);
  const { clip, loss, accumulate, ema: { decays }, learningRateSchedule: schedule, seed } = checked;
  const updater = createUpdater({
    ...{ network: modules.network, optimizer, clip, loss, accumulate },
  });
  const folder = runFolder(options.out);
  let state = firstState(weights, { optimizer, averages: decays.length });
  let run: Run | undefined;
  try {
    checkLengths(checked, card);
    await using _lock = await lockRun(options.out, {
      task: `train in ${options.out}`,
      remedy: "choose another folder",
    });
    const started = await exists(folder.last);
    if (started && !resume) {
      throw new OutputError(
        `Cannot train in ${options.out}: the folder must have no checkpoint, got one; resume it ` +
          "(--resume) or choose another folder",
      );
    }
    const crops = cropsOf(checked, { card, modules });
    await using loader = await openBatches(checked, crops, options);
    checkBands(loader, card);
    const validation = await openValidation(checked, card, options);
    const owner = {
      experiment: checked,
      data: dataFacts(loader),
      validation: validation && dataFacts(validation),
      initialWeights: digest,
    };
    for (const path of folder.folders) await makeFolder(path);
    let best;
    if (started) {
      const loaded = await loadCheckpoint(folder.last, { network: modules.network, ...owner });
      disposeState(state);
      ({ state, best } = loaded);
    }
    const environment = currentEnvironment({ step: state.step, seed, workers, engine });
    await writeJson(folder.experiment, checked);
    await writeEnvironment(folder.environment, environment);
    run = new Run(state, best, {
      ...owner,
      ...{ card, folder, environment, signal, onProgress },
      context: { card: crops, modules, optimizer, schedule, decays, updater },
    });
    return await run.train({ loader, validation });
  } catch (error) {
    disposeState(run?.state ?? state);
    throw error;
  } finally {
    await updater.dispose();
  }
}

/** The card of training samples: that of the model, with the size of the crops. */
function cropsOf(
  { cropSize }: CheckedExperiment,
  { card, modules: { network } }: Pick<Model, "card" | "modules">,
): ModelCard {
  if (cropSize === undefined) return card;
  try {
    network.checkSize({ height: cropSize, width: cropSize });
  } catch (error) {
    throw new OptionsError("$.cropSize", (error as Error).message);
  }
  return { ...card, tileSize: cropSize };
}

/** Returns the config of a card's model, with every axis filled in. */
function configOf({ modules, ...rest }: ModelCard): CheckedExperiment["model"] {
  return { ...rest, ...modules };
}

function checkLengths({ minLength = 1 }: CheckedExperiment, { length }: ModelCard): void {
  if (minLength > length) {
    throw new OptionsError(
      "$.minLength",
      `must not exceed the model's length ${length}, got ${minLength}`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
