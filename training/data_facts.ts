/**
 * What a run remembers of its data, to tell after a break whether they are still the same.
 *
 * @module
 */

import type { Dataset } from "../datasets/mod.ts";

/** A dataset, wherever it lies. */
export interface DataFacts {
  /** Of one epoch: the order of samples depends on it. */
  readonly samples: number;
  /** See {@linkcode Dataset}. */
  readonly digest?: string;
  /** Samples that were left out because files are missing. */
  readonly incomplete?: number;
}

/** What there is to remember of a dataset. */
export function dataFacts(
  { size, digest, incomplete = 0 }: Pick<Dataset, "size" | "digest" | "incomplete">,
): DataFacts {
  return {
    samples: size,
    ...(digest !== undefined && { digest }),
    ...(incomplete > 0 && { incomplete }),
  };
}

/** What is different now, for an error message; undefined where nothing is known to be. */
export function dataChange(before: DataFacts, now: DataFacts): string | undefined {
  if (before.samples !== now.samples) {
    return `must have ${before.samples} samples as before, got ${now.samples}`;
  }
  if (before.digest === undefined || now.digest === undefined) return undefined;
  return before.digest === now.digest
    ? undefined
    : `must be the ${before.samples} samples of before, got as many others`;
}
