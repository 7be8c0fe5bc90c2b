/**
 * Training: Alg. 1 over a dataset, with a log, checkpoints and resume.
 *
 * @module
 */

import { builtins } from "../builtins.ts";
import { createRng, OptionsError, OutputError } from "../core/mod.ts";
import { type Dataset, openDataset } from "../datasets/mod.ts";
import type { ModelCard } from "../model/mod.ts";
import { adamw } from "./adamw.ts";
import { checkBands } from "./batch.ts";
import { loadCheckpoint } from "./checkpoint.ts";
import { dataFacts } from "./data_facts.ts";
import { currentEnvironment, writeEnvironment, writeJson } from "./environment.ts";
import { type CheckedExperiment, type Experiment, parseExperiment } from "./experiment.ts";
import { initialModel } from "./initial_weights.ts";
import { type Loader, openLoader } from "./loader.ts";
import { Run } from "./run.ts";
import { runFolder } from "./run_folder.ts";
import { disposeState, firstState } from "./state.ts";
import type { Trained, TrainOptions } from "./train_options.ts";
import { createUpdater } from "./updater.ts";
import { hasMasks } from "./validation.ts";

/**
 * Trains a model.
 *
 * Every random number is keyed by the seed, its purpose and the step: a run that was interrupted and
 * resumed gives the numbers, bit for bit, of one that was not (on the same engine).
 *
 * @param experiment What is trained, on what and how.
 * @throws {OptionsError} If the experiment is wrong anywhere.
 * @throws {OutputError} If the folder holds a run already and is not to be resumed.
 * @throws {InputError} If files of the data, or of the initial weights, are missing or bad.
 * @throws {TypeError} If the data do not fit the model.
 * @throws {CheckpointError} If the folder's checkpoint is of another experiment or of other data.
 * @throws {DivergedError} If loss or gradients are no longer finite; the last checkpoint stays.
 * @throws The signal's reason, if it ends the run; the checkpoint is then up to date.
 */
export async function train(experiment: Experiment, options: TrainOptions): Promise<Trained> {
  const { registry = builtins, workers = 0, resume = false, engine, signal, onProgress } = options;
  const parsed = parseExperiment(experiment, { registry });
  const { model: { card, weights, modules }, digest } = await initialModel(parsed, registry);
  const checked = { ...parsed, model: configOf(card) };
  const optimizer = adamw(checked.optimizer);
  const { clip, accumulate, ema: { decays }, learningRateSchedule: schedule, seed } = checked;
  const updater = createUpdater({ network: modules.network, optimizer, clip, accumulate });
  const folder = runFolder(options.out);
  let state = firstState(weights, { optimizer, averages: decays.length });
  let run: Run | undefined;
  try {
    checkLengths(checked, card);
    const started = await exists(folder.last);
    if (started && !resume) {
      throw new OutputError(
        `Cannot train into ${options.out}: it holds a checkpoint; resume it (--resume) or choose ` +
          "another folder",
      );
    }
    await using loader = await openBatches(checked, card, options);
    checkBands(loader, card);
    const validation = await openValidation(checked, card, options);
    const owner = {
      experiment: checked,
      data: dataFacts(loader),
      ...(validation && { validation: dataFacts(validation) }),
      ...(digest !== undefined && { initialWeights: digest }),
    };
    for (const path of folder.folders) await Deno.mkdir(path, { recursive: true });
    let best;
    if (started) {
      const loaded = await loadCheckpoint(folder.last, { network: modules.network, ...owner });
      disposeState(state);
      ({ state, best } = loaded);
    }
    const environment = currentEnvironment({
      ...{ step: state.step, seed, workers },
      ...(engine && { engine }),
    });
    await writeJson(folder.experiment, checked);
    await writeEnvironment(folder.environment, environment);
    run = new Run(state, best, {
      ...owner,
      ...{ card, folder, environment, signal, onProgress },
      context: { card, modules, optimizer, schedule, decays, updater },
    });
    return await run.train({ loader, validation });
  } catch (error) {
    disposeState(run?.state ?? state);
    throw error;
  } finally {
    await updater.dispose();
  }
}

/** The config that a card is the card of, with every axis spelled out. */
function configOf({ modules, ...rest }: ModelCard): CheckedExperiment["model"] {
  return { ...rest, ...modules };
}

const sizeOf = ({ tileSize, length, bands }: ModelCard) => ({
  ...{ tileSize, length },
  bands: bands.map(({ name }) => name),
});

async function openBatches(
  { data, batchSize, accumulate, seed, skipBad }: CheckedExperiment,
  card: ModelCard,
  { datasets, workers = 0, registry = builtins, plugins = [] }: TrainOptions,
): Promise<Loader> {
  const source = datasets === undefined
    ? { config: data.train, model: sizeOf(card), registry, plugins }
    : { dataset: datasets.train };
  // The batches of one update are cut from what one batch of all its samples would be.
  return await openLoader(source, { batchSize: batchSize * accumulate, seed, workers, skipBad });
}

/** @throws {OptionsError} If no sample can have the metric by which the best is kept. */
async function openValidation(
  { data, keepBest, seed, skipBad, validationSamples: count }: CheckedExperiment,
  card: ModelCard,
  { datasets, registry = builtins }: TrainOptions,
): Promise<Dataset | undefined> {
  const dataset = datasets === undefined
    ? data.validation && await openDataset(data.validation, sizeOf(card), { registry })
    : datasets.validation;
  if (dataset === undefined) return undefined;
  checkBands(dataset, card);
  const [first, second] = keepBest.split(".");
  if ((second ?? first) === "ssim" && card.tileSize < 11) {
    throw new OptionsError("$.keepBest", `needs tiles of 11 pixels, got ${card.tileSize}`);
  }
  if (second !== undefined) {
    const rng = createRng(seed).fork("training").fork("validation");
    if (!await hasMasks(dataset, { count, rng, skipBad })) {
      throw new OptionsError("$.keepBest", `needs masks of cloud, got samples without one`);
    }
  }
  return dataset;
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
