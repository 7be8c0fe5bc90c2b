/**
 * Datasets named by JSON: opened for training, or listed file by file.
 *
 * @module
 */

import { resolve } from "node:path";
import { InputError, OptionsError, SENTINEL2_NAMES } from "../core/mod.ts";
import { datasetRegistry } from "./catalog.ts";
import type { Dataset } from "./dataset.ts";
import { type DatasetConfig, type DatasetLookup, pathsOf } from "./dataset_config.ts";
import type { DatasetModel } from "./dataset_entry.ts";
import type { Listing } from "./sample_files.ts";

/** Options of {@linkcode openDataset}. */
export interface OpenDatasetOptions extends DatasetLookup {
  /** Result of {@linkcode loadDataset}, where it is there already. Default: it is loaded. */
  readonly loaded?: unknown;
}

/** The entry of a dataset with its options, checked and complete. */
function readConfig(
  config: DatasetConfig,
  { registry = datasetRegistry }: DatasetLookup,
) {
  const { type, ...options } = registry.read("dataset", config, "$.data") as DatasetConfig;
  return { entry: registry.entry("dataset", type), type, options };
}

/** Paths that are no addresses and start at the working folder. */
const RELATIVE = /^(?![/\\]|[a-z]+:)/i;

/** Calls a function of an entry; an error about a relative path that is missing says where it is. */
async function resolving<T>(config: DatasetConfig, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const path of Object.values(pathsOf(config)).filter((path) => RELATIVE.test(path))) {
      if (await Deno.stat(path).then(() => true, () => false)) continue;
      throw new InputError(
        `${error.message}; paths of data are relative to the working folder: ` +
          `${path} is ${resolve(path)}`,
        { cause: error },
      );
    }
    throw error;
  }
}

/**
 * Reads what a dataset keeps in memory, as plain data; undefined for datasets that read pixels with each
 * sample.
 *
 * @throws {OptionsError} If an option is unknown, missing or out of range.
 * @throws {InputError} If files are missing or do not fit together.
 */
export async function loadDataset(
  config: DatasetConfig,
  model: DatasetModel,
  options: DatasetLookup = {},
): Promise<unknown> {
  const { entry, options: own } = readConfig(config, options);
  return await resolving(config, () => entry.load?.(own, model));
}

/**
 * Opens a dataset.
 *
 * @param config Its JSON, as `$.data.train` of an experiment.
 * @param model Tile size, frames and bands.
 * @throws {OptionsError} If an option is unknown, missing or out of range, or the dataset has fewer
 *   frames than the model takes.
 * @throws {InputError} If files are missing or do not fit together.
 */
export async function openDataset(
  config: DatasetConfig,
  model: DatasetModel,
  { registry, loaded }: OpenDatasetOptions = {},
): Promise<Dataset> {
  const { entry, type, options } = readConfig(config, { ...(registry && { registry }) });
  const { maxLength = Infinity } = entry;
  if (model.length > maxLength) {
    const frames = maxLength === 1 ? "one frame" : `${maxLength} frames`;
    throw new OptionsError(
      "$.data.type",
      `${type} has samples of ${frames}, got a model of ${model.length}`,
    );
  }
  return await resolving(
    config,
    async () => entry.open(options, model, loaded ?? await entry.load?.(options, model)),
  );
}

/** Options of {@linkcode listDataset}. */
export interface ListDatasetOptions extends DatasetLookup {
  /** Bands of the model, for datasets that read bands by name. Default the 13 of Sentinel-2 L1C. */
  readonly bands?: readonly string[];
  /** List all splits where the config names none. Default false: the split for training. */
  readonly everySplit?: boolean;
}

/**
 * Lists the files of a dataset.
 *
 * @throws {OptionsError} If an option is unknown, missing or out of range.
 * @throws {InputError} If the root, or an index or list of tiles, is missing or cannot be read.
 */
export async function listDataset(
  config: DatasetConfig,
  { registry, bands = SENTINEL2_NAMES, everySplit = false }: ListDatasetOptions = {},
): Promise<Listing> {
  const { entry, options } = readConfig(config, { ...(registry && { registry }) });
  const given = everySplit && config["split"] === undefined
    ? { ...options, split: undefined }
    : options;
  return await resolving(config, () => entry.list(given, { bands }));
}
