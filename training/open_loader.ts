/**
 * Opens the batches of a run, from a dataset in the main thread or in Workers.
 *
 * @module
 */

import { boolean, checkOptions, type Checks, InputError, integer } from "../core/mod.ts";
import {
  type Dataset,
  type DatasetConfig,
  type DatasetModel,
  datasets,
  loadDataset,
  openDataset,
  type OpenDatasetOptions,
} from "../datasets/mod.ts";
import { type Loader, PreparedLoader } from "./loader.ts";
import { openPool } from "./loader_pool.ts";
import type { WorkerDataset } from "./loader_protocol.ts";
import { MainThread } from "./main_thread.ts";
import { sampleMaker } from "./sample_maker.ts";
import { moveToSharedMemory } from "./shared_memory.ts";

/** Dataset given by its config, which Workers can open. */
export interface NamedSource extends Pick<OpenDatasetOptions, "registry"> {
  /** Type and options of the dataset. */
  readonly config: DatasetConfig;
  /** Tile size, frames L and bands of the samples. */
  readonly model: DatasetModel;
  /**
   * Absolute URLs of the registry's plugins. Workers import them, because the functions of a registry
   * cannot be sent to another thread. Default none.
   */
  readonly plugins?: readonly string[];
}

/** Source of the batches: a dataset by its config, or an open dataset. */
export type LoaderSource = NamedSource | { readonly dataset: Dataset };

/** Options of {@linkcode openLoader}. */
export interface LoaderOptions {
  /** Number of samples per step. */
  readonly batchSize: number;
  /** Seed of the run, for the order, crops and clouds. */
  readonly seed: number;
  /** Threads that load samples; 0 loads them in the main thread. Default 0. */
  readonly workers?: number;
  /**
   * Replace a sample that throws an {@linkcode InputError} by the next one of the epoch. Default
   * false: the error rejects the batch.
   */
  readonly skipBad?: boolean;
}

const CHECKS: Checks<LoaderOptions> = {
  batchSize: integer({ min: 1 }),
  seed: integer({ min: 0 }),
  workers: integer({ min: 0 }),
  skipBad: boolean,
};

const DEFAULTS = { workers: 0, skipBad: false } as const;

/**
 * Opens the batches of a run.
 *
 * Samples do not depend on the number of Workers. Workers share the rasters that a dataset keeps in
 * memory.
 *
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {InputError} If the dataset has no sample, or its files are missing or do not fit together.
 * @throws {TypeError} If Workers cannot open the dataset, because it is already open or comes from a
 *   plugin whose URL is not given.
 */
export async function openLoader(source: LoaderSource, options: LoaderOptions): Promise<Loader> {
  const { batchSize, seed, workers, skipBad } = checkOptions(options, {
    checks: CHECKS,
    defaults: DEFAULTS,
  }) as Required<LoaderOptions>;
  const maker = { seed, skipBad };
  if (workers > 0) {
    const dataset = await forWorkers(source);
    const opened = await openPool({ workers, batchSize, dataset, maker });
    return new PreparedLoader(opened.dataset, opened.source, batchSize);
  }
  const dataset = "dataset" in source
    ? source.dataset
    : await openDataset(source.config, source.model, source);
  if (dataset.size === 0) {
    throw new InputError("Cannot load batches: the dataset must have samples, got none");
  }
  return new PreparedLoader(dataset, new MainThread(sampleMaker(dataset, maker)), batchSize);
}

/**
 * Returns the dataset that Workers open. Each lists the files itself; all share the rasters in memory.
 *
 * @throws {TypeError} If Workers cannot open the dataset.
 */
async function forWorkers(source: LoaderSource): Promise<WorkerDataset> {
  if ("dataset" in source) {
    throw new TypeError(
      "Cannot load batches in Workers: the dataset must be given by its config, got an open one; " +
        "or set workers to 0",
    );
  }
  const { config, model, plugins = [] } = source;
  const loaded = await loadDataset(config, model, source);
  if (plugins.length === 0 && !Object.hasOwn(datasets, config.type)) {
    throw new TypeError(
      `Cannot load batches in Workers: the URL of the plugin with the dataset ${config.type} must ` +
        `be given (plugins, or --plugin on the command line), got none; or set workers to 0`,
    );
  }
  return { config, model, plugins, loaded: moveToSharedMemory(loaded) };
}
