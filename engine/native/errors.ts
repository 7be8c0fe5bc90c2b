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
const INTERNAL = /@tensorflow|tfjs|<anonymous>|ext:|node:/;
const FOLDERS = [new URL("./", import.meta.url), new URL("../ops/", import.meta.url)];

/** The frames of the caller, more than are kept by default. */
export function stackOf(): readonly string[] {
  const limits = Error as unknown as { stackTraceLimit: number };
  const { stackTraceLimit } = limits;
  limits.stackTraceLimit = 100;
  const { stack = "" } = new Error();
  limits.stackTraceLimit = stackTraceLimit;
  return stack.split("\n").slice(1);
}

/** The place in the code that called an op: the first frame outside of the tracer. */
export function placeOf(): string {
  const frame = stackOf().find((line) =>
    !INTERNAL.test(line) && !FOLDERS.some(({ href }) => line.includes(href)) &&
    !/engine\/(tree|compile|execute|onnx_file)\.ts/.test(line)
  );
  return frame?.trim().replace(/^at (async )?/, "") ?? "an unknown place";
}

/** The error for reading a symbolic tensor. */
export function unreadable(): TraceError {
  return new TraceError(
    `Cannot trace a read of a tensor's numbers at ${placeOf()}: they would be frozen`,
  );
}
