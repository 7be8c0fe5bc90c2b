/**
 * Errors of input and output files, in two classes because the command line has an exit code for
 * each.
 *
 * @module
 */

/**
 * Error of a file, folder or address that cannot be read, or does not fit the others or the model.
 * The message names it and suggests a remedy.
 */
export class InputError extends TypeError {
  /** "InputError". */
  override readonly name = "InputError";
}

/**
 * Error of a file that cannot be written: it exists, its folder is not writable, or the disk is
 * full.
 */
export class OutputError extends TypeError {
  /** "OutputError". */
  override readonly name = "OutputError";
}
