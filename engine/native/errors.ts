/** Errors of engine native and of tracing, with their place in the code. @module */

/** A function that cannot become a graph: an unmapped op, a read of values, a hidden input. */
export class TraceError extends Error {
  /** "TraceError". */
  override readonly name = "TraceError";
}

/** The native runtime is not available; the message names what is missing. */
export class NativeUnavailableError extends Error {
  /** "NativeUnavailableError". */
  override readonly name = "NativeUnavailableError";
}

/** Stack frames that are not user code. */
const INTERNAL = /@tensorflow|tfjs|<anonymous>|ext:|node:/;
const FOLDERS = [new URL("./", import.meta.url), new URL("../ops/", import.meta.url)];

/** The caller's stack frames, more than are kept by default. */
export function stackOf(): readonly string[] {
  const limits = Error as unknown as { stackTraceLimit: number };
  const { stackTraceLimit } = limits;
  limits.stackTraceLimit = 100;
  const { stack = "" } = new Error();
  limits.stackTraceLimit = stackTraceLimit;
  return stack.split("\n").slice(1);
}

/** The line of code that called an op: the first frame outside the tracer. */
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
    `Cannot trace a read of a tensor's values at ${placeOf()}: they would become constants`,
  );
}
