/**
 * Samples of a run by their number, independent of the thread that loads them.
 *
 * @module
 */

import { createRng, InputError, OptionsError } from "../core/mod.ts";
import type { Dataset, Sample } from "../datasets/mod.ts";
import { type Position, sampleOrder } from "./order.ts";

/** Sample of a run, with the errors of samples that it replaces. */
export interface Made {
  readonly sample: Sample;
  /** Error messages of the skipped samples that it replaces, in the order of the attempts. */
  readonly skipped: readonly string[];
}

/** Source of samples by their number in the run. */
export interface SampleSource {
  /** Number of steps worth preparing ahead of the current one. */
  readonly ahead: number;
  make(n: number): Promise<Made>;
  /** Stops all work and rejects the samples that are not ready. */
  close(): Promise<void>;
}

/** Options of {@linkcode sampleMaker}. */
export interface SampleMakerOptions {
  /** Seed of the run. */
  readonly seed: number;
  /** Replace a sample whose files are bad by the next one of the epoch. */
  readonly skipBad: boolean;
}

/**
 * Returns a function that makes sample n of a run: number n mod size in the order of epoch ⌊n / size⌋.
 * The choice of the sample and its random numbers depend only on the seed and n.
 */
export function sampleMaker(
  dataset: Dataset,
  { seed, skipBad }: SampleMakerOptions,
): (n: number) => Promise<Made> {
  const rng = createRng(seed).fork("training");
  const { size } = dataset;
  const order = sampleOrder({ size, batchSize: 1, rng: rng.fork("order") });
  return async (n) => {
    const skipped: string[] = [];
    const first = n - n % size;
    for (let tries = 0; tries < (skipBad ? size : 1); tries++) {
      const position = order(first + (n + tries) % size)[0]!;
      try {
        const { epoch, index } = position;
        const sample = await dataset.sample(index, rng.fork("data").fork(epoch));
        return { sample, skipped };
      } catch (error) {
        const located = withPosition(error, position);
        if (!skipBad || !(located instanceof InputError)) throw located;
        skipped.push(located.message);
      }
    }
    throw new InputError(
      `Cannot load a sample: the dataset must have a usable one, got ${size} bad samples; the ` +
        `first error: ${skipped[0]}`,
    );
  };
}

/** Returns an error of the same kind with the sample's position in its message. */
function withPosition(error: unknown, { epoch, index }: Position): unknown {
  if (!(error instanceof Error) || error instanceof OptionsError) return error;
  const message = `${error.message} (sample ${index} of epoch ${epoch})`;
  const options = { cause: error };
  if (error instanceof InputError) return new InputError(message, options);
  if (error instanceof RangeError) return new RangeError(message, options);
  if (error instanceof TypeError) return new TypeError(message, options);
  return error;
}
