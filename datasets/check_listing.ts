/**
 * Checks that the listed files of a split can be used for training.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import type { Finding, Listing, SampleFiles } from "./sample_files.ts";

/** Options of {@linkcode checkListing}. */
export interface CheckListingOptions {
  /** Only samples of this split. Default all. */
  readonly split?: string;
  /** Least number of frames of every sample. */
  readonly length: number;
  /**
   * Leave out samples of which files are missing. False and undefined make them an error; undefined
   * where the dataset has no such option to suggest.
   */
  readonly skipIncomplete?: boolean;
}

/** The samples of a split that can be used. */
export interface CheckedListing {
  readonly used: readonly SampleFiles[];
  /** Number of samples left out because files are missing. */
  readonly incomplete: number;
}

/**
 * Returns the samples of a split.
 *
 * @throws {InputError} If files are missing or cannot be matched, the split has no sample, or a sample
 *   has too few frames.
 */
export function checkListing(
  { type, root, findings, samples }: Listing,
  { split, length, skipIncomplete }: CheckListingOptions,
): CheckedListing {
  const source = split === undefined ? root : `${root} (${split})`;
  const concerned = (finding: Finding) =>
    split === undefined || finding.split === undefined || finding.split === split;
  const fatal = findings.filter((finding) =>
    concerned(finding) &&
    (finding.kind === "mismatch" || finding.kind === "date" ||
      (finding.kind === "missing" && !skipIncomplete))
  );
  if (fatal.length > 0) {
    const [{ path, message, kind }] = fatal as [Finding];
    const more = fatal.length === 1 ? "" : ` (and ${fatal.length - 1} more)`;
    const fix = kind === "missing" && skipIncomplete === false
      ? '; complete it, or set "skipIncomplete" to true'
      : "";
    throw new InputError(`Cannot use the dataset ${source}: ${path}: ${message}${more}${fix}`);
  }
  const own = samples.filter((sample) => split === undefined || sample.split === split);
  const used = own.filter(({ complete }) => complete);
  if (used.length === 0) {
    throw new InputError(`Cannot use the dataset ${source}: ${type} must have a sample, got none`);
  }
  const short = used.find(({ frames }) => frames.length < length);
  if (short !== undefined) {
    throw new InputError(
      `Cannot use the dataset ${source}: every sample must have ${length} frames, but sample ` +
        `${short.name} has ${short.frames.length}`,
    );
  }
  return { used, incomplete: own.length - used.length };
}

/**
 * Returns the listing with one reference frame for all samples, if one is given.
 *
 * @throws {RangeError} If it is not a frame.
 */
export function withReference(
  listing: Listing,
  { reference, length }: { readonly reference: number | undefined; readonly length: number },
): Listing {
  if (reference === undefined) return listing;
  if (reference >= length) {
    throw new RangeError(
      `Cannot use the dataset ${listing.root}: the reference must be below L = ${length}, got ` +
        `${reference}`,
    );
  }
  return { ...listing, samples: listing.samples.map((sample) => ({ ...sample, reference })) };
}
