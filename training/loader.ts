/**
 * The batches of a run, prepared ahead of the steps that use them.
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
  type Sample,
} from "../datasets/mod.ts";
import { openPool } from "./loader_pool.ts";
import type { DatasetFacts, WorkerDataset } from "./loader_protocol.ts";
import { type Made, sampleMaker, type SampleSource } from "./sample_maker.ts";
import { moveToSharedMemory } from "./shared_memory.ts";

/** A dataset that is opened from its JSON, here or in Workers. */
export interface NamedSource extends Pick<OpenDatasetOptions, "registry"> {
  readonly config: DatasetConfig;
  readonly model: DatasetModel;
  /**
   * Absolute URLs of the plugins that the registry has. Workers import them too: a registry holds
   * functions, which cannot be sent to another thread. Default none.
   */
  readonly plugins?: readonly string[];
}

/** Source of the batches: a dataset by its JSON, or an open one. */
export type LoaderSource = NamedSource | { readonly dataset: Dataset };

/** Options of {@linkcode openLoader}. */
export interface LoaderOptions {
  /** Samples of a step. */
  readonly batchSize: number;
  /** Of the run: decides order, crops and clouds. */
  readonly seed: number;
  /** Threads that make samples; 0 makes them in this one, between its other work. Default 0. */
  readonly workers?: number;
  /**
   * Take the epoch's next sample in the place of one that throws an {@linkcode InputError}.
   * Default false: the error ends the batch.
   */
  readonly skipBad?: boolean;
}

/** A sample that was left out. */
export interface SkippedSample {
  /** The step that it was meant for. */
  readonly step: number;
  /** What is wrong with it. */
  readonly message: string;
}

/** Batches by step. */
export interface Loader extends AsyncDisposable {
  /** Samples of one epoch. */
  readonly size: number;
  /** Band names of the images in channel order. */
  readonly bands: readonly string[];
  /** Of the dataset, see {@linkcode Dataset}. */
  readonly digest?: string;
  /** Of the dataset, see {@linkcode Dataset}. */
  readonly incomplete?: number;
  /**
   * The samples of a step, counted from 0, in the order of {@linkcode sampleOrder}: a function of
   * seed and step alone. The steps after it are then prepared.
   *
   * @throws {InputError} If a sample's files are bad, unless they are skipped.
   */
  batch(step: number): Promise<readonly Sample[]>;
  /** What was left out of the batches so far. */
  readonly skipped: readonly SkippedSample[];
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
 * The numbers are the same for any number of Workers. Rasters that a dataset keeps in memory are
 * there once, however many Workers use them.
 *
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {InputError} If the dataset has no sample, or its files are missing or do not fit together.
 * @throws {TypeError} If Workers cannot open the dataset: it is open already, or comes from a plugin
 *   whose URL is not given.
 */
export async function openLoader(source: LoaderSource, options: LoaderOptions): Promise<Loader> {
  const { batchSize, seed, workers, skipBad } = checkOptions(options, {
    checks: CHECKS,
    defaults: DEFAULTS,
  }) as Required<LoaderOptions>;
  const maker = { seed, skipBad };
  if (workers > 0) {
    const shared = await forWorkers(source);
    const opened = await openPool({ workers, batchSize, dataset: shared, maker });
    return new PreparedLoader(opened.dataset, opened.source, batchSize);
  }
  const dataset = "dataset" in source
    ? source.dataset
    : await openDataset(source.config, source.model, source);
  if (dataset.size === 0) {
    throw new InputError("Cannot load batches: the dataset must have a sample, got none");
  }
  return new PreparedLoader(dataset, new OwnThread(sampleMaker(dataset, maker)), batchSize);
}

/**
 * Input of the Workers: each lists the files on its own, and all share what the dataset keeps in memory.
 *
 * @throws {TypeError} If they cannot open the dataset.
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
      `Cannot load batches in Workers: the URL of the plugin that adds the dataset ${config.type} ` +
        `must be given (plugins, or --plugin on the command line); or set workers to 0`,
    );
  }
  return {
    config,
    model,
    plugins,
    ...(loaded !== undefined && { loaded: moveToSharedMemory(loaded) }),
  };
}

/** Samples made in this thread, one at a time, so that its other work gets its turn between them. */
class OwnThread implements SampleSource {
  readonly ahead = 1;
  readonly #maker: (n: number) => Promise<Made>;
  readonly #running = new Set<Promise<Made>>();
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(maker: (n: number) => Promise<Made>) {
    this.#maker = maker;
  }

  async make(n: number): Promise<Made> {
    const running = this.#inTurn(n);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
  }

  async #inTurn(n: number): Promise<Made> {
    this.#turn = this.#turn.then(() => new Promise((resolve) => setTimeout(resolve, 0)));
    await this.#turn;
    if (this.#closed) throw new Error("Cannot make a sample: the loader must be open");
    return await this.#maker(n);
  }
}

/** Holds the steps that are being prepared. */
class PreparedLoader implements Loader {
  readonly size: number;
  readonly bands: readonly string[];
  readonly digest?: string;
  readonly incomplete?: number;
  readonly #source: SampleSource;
  readonly #batchSize: number;
  readonly #prepared = new Map<number, Promise<readonly Made[]>>();
  readonly #skipped: SkippedSample[] = [];
  readonly #recorded = new Set<number>();
  #closed = false;

  constructor(
    { size, bands, digest, incomplete }: DatasetFacts,
    source: SampleSource,
    batchSize: number,
  ) {
    this.size = size;
    this.bands = bands;
    if (digest !== undefined) this.digest = digest;
    if (incomplete !== undefined) this.incomplete = incomplete;
    this.#source = source;
    this.#batchSize = batchSize;
  }

  get skipped(): readonly SkippedSample[] {
    return this.#skipped;
  }

  async batch(step: number): Promise<readonly Sample[]> {
    if (this.#closed) {
      throw new Error(`Cannot load the batch of step ${step}: the loader must be open`);
    }
    const { ahead } = this.#source;
    for (const other of this.#prepared.keys()) {
      if (other < step || other > step + ahead) this.#prepared.delete(other);
    }
    const making = this.#prepare(step);
    try {
      const made = await making;
      for (let i = 1; i <= ahead && !this.#closed; i++) this.#prepare(step + i);
      this.#record(step, made);
      return made.map(({ sample }) => sample);
    } finally {
      if (this.#prepared.get(step) === making) this.#prepared.delete(step);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#prepared.clear();
    await this.#source.close();
  }

  #prepare(step: number): Promise<readonly Made[]> {
    const known = this.#prepared.get(step);
    if (known !== undefined) return known;
    const first = step * this.#batchSize;
    const making = Promise.all(
      Array.from({ length: this.#batchSize }, (_, b) => this.#source.make(first + b)),
    );
    // A step that nobody asks for may fail unheard.
    making.catch(() => {});
    this.#prepared.set(step, making);
    return making;
  }

  /** A step that is asked for again is recorded once. */
  #record(step: number, made: readonly Made[]): void {
    const messages = made.flatMap(({ skipped }) => skipped);
    if (messages.length === 0 || this.#recorded.has(step)) return;
    this.#recorded.add(step);
    for (const message of messages) this.#skipped.push({ step, message });
  }
}
