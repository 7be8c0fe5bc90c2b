/**
 * The one error of unreadable or unfit files of weights.
 *
 * @module
 */

/** A file of weights that is broken, unsafe or does not fit; the message says where and what to do. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** How a shape reads in an error message: `[16, 112]`. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
