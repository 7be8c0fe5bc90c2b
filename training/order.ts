/**
 * Order of the samples: every epoch is shuffled independently.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";

/** Position of a sample in the run. */
export interface Position {
  /** Passes through the dataset before this one. */
  readonly epoch: number;
  /** Index in the dataset. */
  readonly index: number;
}

/** Returns the indices 0 … size − 1 in random order (Fisher–Yates). */
export function shuffled(size: number, rng: Rng): readonly number[] {
  const order = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = rng.integer(i + 1, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/**
 * Returns a function from a step, from 0, to the positions of its samples. They depend only on the
 * seed and the step, so that a run can resume at any step.
 */
export function sampleOrder(
  { size, batchSize, rng }: {
    readonly size: number;
    readonly batchSize: number;
    readonly rng: Rng;
  },
): (step: number) => readonly Position[] {
  let latest: { epoch: number; order: readonly number[] } | undefined;
  return (step) =>
    Array.from({ length: batchSize }, (_, b) => {
      const at = step * batchSize + b;
      const epoch = Math.floor(at / size);
      if (latest?.epoch !== epoch) latest = { epoch, order: shuffled(size, rng.fork(epoch)) };
      return { epoch, index: latest.order[at % size]! };
    });
}
