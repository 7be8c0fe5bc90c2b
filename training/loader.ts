/**
 * Batches of a run, prepared ahead of the steps that use them.
 *
 * @module
 */

import type { Sample } from "../datasets/mod.ts";
import type { DatasetFacts } from "./loader_protocol.ts";
import type { Made, SampleSource } from "./sample_maker.ts";

/** Sample that was skipped because its files are bad. */
export interface SkippedSample {
  /** Step that the sample belongs to. */
  readonly step: number;
  /** Error message of the sample. */
  readonly message: string;
}

/** Batches of samples by step. */
export interface Loader extends AsyncDisposable {
  /** Number of samples per epoch. */
  readonly size: number;
  /** Band names of the images in channel order. */
  readonly bands: readonly string[];
  /** Digest of the dataset, see {@linkcode Dataset}. */
  readonly digest?: string;
  /** Number of samples left out because files are missing, see {@linkcode Dataset}. */
  readonly incomplete?: number;
  /**
   * Returns the samples of a step, from 0, in the order of {@linkcode sampleOrder}, which depends only
   * on the seed and the step. Then prepares the following steps.
   *
   * @throws {InputError} If a sample's files are bad, unless they are skipped.
   */
  batch(step: number): Promise<readonly Sample[]>;
  /** Samples skipped in the batches so far. */
  readonly skipped: readonly SkippedSample[];
}

/** Loader that prepares the batches of the following steps. */
export class PreparedLoader implements Loader {
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
    // The error of a step that is never requested is not reported.
    making.catch(() => {});
    this.#prepared.set(step, making);
    return making;
  }

  /** Records the skipped samples of a step, once per step. */
  #record(step: number, made: readonly Made[]): void {
    const messages = made.flatMap(({ skipped }) => skipped);
    if (messages.length === 0 || this.#recorded.has(step)) return;
    this.#recorded.add(step);
    for (const message of messages) this.#skipped.push({ step, message });
  }
}
