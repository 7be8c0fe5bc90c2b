/** What goes wrong on engine native, and where. @module */

/** A function that does not become a graph: an op without a mapping, a read, a hidden input. */
export class TraceError extends Error {
  override readonly name = "TraceError";
}

/** The native runtime cannot be used here; the message says what is missing. */
export class NativeUnavailableError extends Error {
  override readonly name = "NativeUnavailableError";
}

/** Parts of a stack that are not the user's place. */
const INTERNAL = /@tensorflow|tfjs|engine\/native\/|<anonymous>|ext:|node:/;

/** The place in the code that called an op: the first frame outside of the tracer. */
export function placeOf(): string {
  const frames = (new Error().stack ?? "").split("\n").slice(1);
  const frame = frames.find((line) => !INTERNAL.test(line));
  return frame?.trim().replace(/^at /, "") ?? "an unknown place";
}
