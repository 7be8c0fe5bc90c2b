/** Messages between a `WindowPool` and its Workers. @module */

/** Memory of the values of a window, an array for each date that it has. */
export type WindowMemory = (Float32Array | undefined)[];

/** A window to compute. */
export interface WindowJob<Job> {
  readonly job: Job;
  /** Arrays with buffers of their own, which are transferred and come back. */
  readonly memory: WindowMemory;
}

/** Answer to a job: its result, and the memory of the window's values. */
export type WindowAnswer<Result> =
  | { readonly result: Result; readonly memory: readonly ArrayBufferLike[] }
  | { readonly error: string };

/** Buffers of arrays, each once. */
export function buffersOf(arrays: readonly unknown[]): ArrayBuffer[] {
  const buffers = arrays.flatMap((array) => ArrayBuffer.isView(array) ? [array.buffer] : []);
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}
