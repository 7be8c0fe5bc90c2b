/**
 * Data of a run: the batches for training and the samples for validation.
 *
 * @module
 */

import { builtins } from "../builtins.ts";
import { createRng, OptionsError } from "../core/mod.ts";
import { type Dataset, openDataset } from "../datasets/mod.ts";
import type { ModelCard } from "../model/mod.ts";
import { checkBands } from "./batch.ts";
import type { CheckedExperiment } from "./experiment.ts";
import type { Loader } from "./loader.ts";
import { openLoader } from "./open_loader.ts";
import type { TrainOptions } from "./train_options.ts";
import { hasMasks } from "./validation.ts";

/** Batches for training and samples for validation. */
export interface RunData {
  readonly loader: Loader;
  readonly validation: Dataset | undefined;
}

const sizeOf = ({ tileSize, length, bands }: ModelCard) => ({
  ...{ tileSize, length },
  bands: bands.map(({ name }) => name),
});

/** Opens the batches of a run; one batch holds all samples of an update. */
export async function openBatches(
  { data, batchSize, accumulate, seed, skipBad }: CheckedExperiment,
  card: ModelCard,
  { datasets, workers = 0, registry = builtins, plugins = [] }: TrainOptions,
): Promise<Loader> {
  const source = datasets === undefined
    ? { config: data.train, model: sizeOf(card), registry, plugins }
    : { dataset: datasets.train };
  return await openLoader(source, { batchSize: batchSize * accumulate, seed, workers, skipBad });
}

/**
 * Opens the validation data of a run, if it has any.
 *
 * @throws {OptionsError} If `keepBest` names a metric that the samples cannot have.
 */
export async function openValidation(
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
      throw new OptionsError("$.keepBest", "needs cloud masks, got samples without one");
    }
  }
  return dataset;
}
