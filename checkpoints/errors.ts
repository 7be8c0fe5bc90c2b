/**
 * The one error of unreadable or unfit files of weights.
 *
 * @module
 */

import { OptionsError } from "../core/mod.ts";

/** A file of weights that is broken, unsafe or does not fit; the message says where and what to do. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** How a shape reads in an error message: `[16, 112]`. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Runs a reader of a file; its errors then name the file.
 *
 * @throws {CheckpointError} Where the reader throws one, or finds a card that is wrong.
 */
export function inFile<T>(place: string | URL, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof OptionsError)) throw error;
    throw new CheckpointError(`${place}: ${error.message}`, { cause: error });
  }
}
