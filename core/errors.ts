/**
 * Errors of files and services, in classes because the command line has an exit code for each.
 *
 * @module
 */

import { redacted } from "./shown_address.ts";

/**
 * Error of a file, folder or address that cannot be read, or does not fit the others or the model.
 * The message names it, without an address's query string and password, and suggests a remedy.
 */
export class InputError extends TypeError {
  /** "InputError". */
  override readonly name = "InputError";
  /** Redacts the addresses of the message. */
  constructor(message: string, options?: ErrorOptions) {
    super(redacted(message), options);
  }
}

/**
 * Error of a file that cannot be written: it exists, its folder is not writable, or the disk is
 * full.
 */
export class OutputError extends TypeError {
  /** "OutputError". */
  override readonly name = "OutputError";
}

/** Error of a service that can't be reached, such as a scheduler or a queue; trying later may help. */
export class UnavailableError extends Error {
  /** "UnavailableError". */
  override readonly name = "UnavailableError";
  /** Redacts the addresses of the message. */
  constructor(message: string, options?: ErrorOptions) {
    super(redacted(message), options);
  }
}
