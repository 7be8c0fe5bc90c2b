/**
 * Errors of files: what was handed in, and what was to be written. They are told apart so that a
 * program can end with the code that says which.
 *
 * @module
 */

/**
 * A file, address or folder that cannot be read or does not fit the others or the model; the message
 * names it and says what to do.
 */
export class InputError extends TypeError {
  override readonly name = "InputError";
}

/** A file that cannot be written: it exists, the folder does not allow it, the disk is full. */
export class OutputError extends TypeError {
  override readonly name = "OutputError";
}
