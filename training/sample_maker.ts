/**
 * The samples of a run by their number, in whichever thread they are made.
 *
 * @module
 */

import { createRng, InputError, OptionsError } from "../core/mod.ts";
import type { Dataset, Sample } from "../datasets/mod.ts";
import { type Position, sampleOrder } from "./order.ts";

/** A sample of a run. */
export interface Made {
  readonly sample: Sample;
  /** What was wrong with the samples that stood in its place, in the order of the attempts. */
  readonly skipped: readonly string[];
}

/** Makes samples by their number in the run. */
export interface SampleSource {
  /** Steps that are worth preparing beyond the one in use. */
  readonly ahead: number;
  make(n: number): Promise<Made>;
  /** Ends all work; what was not made is an error. */
  close(): Promise<void>;
}

/** Options of {@linkcode sampleMaker}. */
export interface SampleMakerOptions {
  /** Of the run. */
  readonly seed: number;
  /** Take the epoch's next sample in the place of one whose files are bad. */
  readonly skipBad: boolean;
}

/**
 * Makes sample n of a run: place n mod size in the order of epoch ⌊n / size⌋. Which one that is, and
 * all its random numbers, are functions of the seed and n.
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
        const placed = withPosition(error, position);
        if (!skipBad || !(placed instanceof InputError)) throw placed;
        skipped.push(placed.message);
      }
    }
    throw new InputError(
      `Cannot make a sample: one of the dataset must be usable, got ${size} that are not; the ` +
        `first: ${skipped[0]}`,
    );
  };
}

/** The same kind of error with the sample's position in its message. */
function withPosition(error: unknown, { epoch, index }: Position): unknown {
  if (!(error instanceof Error) || error instanceof OptionsError) return error;
  const message = `${error.message} (sample ${index} of epoch ${epoch})`;
  const options = { cause: error };
  if (error instanceof InputError) return new InputError(message, options);
  if (error instanceof RangeError) return new RangeError(message, options);
  if (error instanceof TypeError) return new TypeError(message, options);
  return error;
}
