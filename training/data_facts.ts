/**
 * Facts about a dataset that a run stores, to detect changed data when it resumes.
 *
 * @module
 */

import type { Dataset } from "../datasets/mod.ts";

/** Facts that identify a dataset independently of its paths. */
export interface DataFacts {
  /** Samples per epoch; their order depends on it. */
  readonly samples: number;
  /** Digest of the samples, see {@linkcode Dataset}. */
  readonly digest?: string;
  /** Number of samples left out because files are missing. */
  readonly incomplete?: number;
}

/** Returns the facts of a dataset. */
export function dataFacts(
  { size, digest, incomplete = 0 }: Pick<Dataset, "size" | "digest" | "incomplete">,
): DataFacts {
  return { samples: size, digest, ...(incomplete > 0 && { incomplete }) };
}

/** Describes a change of the data for an error message; undefined if none is known. */
export function dataChange(before: DataFacts, now: DataFacts): string | undefined {
  if (before.samples !== now.samples) {
    return `must still have ${before.samples} samples, got ${now.samples}`;
  }
  if (before.digest === undefined || now.digest === undefined) return undefined;
  return before.digest === now.digest
    ? undefined
    : `must be the same ${before.samples} samples as before, got as many others`;
}
