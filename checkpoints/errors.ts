/**
 * The error of a weights file that cannot be read or does not fit.
 *
 * @module
 */

import { OptionsError, shownAddress } from "../core/mod.ts";

/** A weights file that is damaged, unsafe or does not fit; the message has the position and a fix. */
export class CheckpointError extends Error {
  /** "CheckpointError". */
  override readonly name = "CheckpointError";
}

/** Formats a shape for an error message: `[16, 112]`. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Runs a reader of a file and adds the file's name to its errors.
 *
 * @throws {CheckpointError} If the reader throws one, or finds an invalid card.
 */
export function inFile<T>(source: string | URL, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof OptionsError)) throw error;
    throw new CheckpointError(`${shownAddress(source)}: ${error.message}`, { cause: error });
  }
}
