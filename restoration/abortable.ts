/**
 * Cancellation of pending work by an abort signal.
 *
 * @module
 */

import type { RasterFile } from "../rasters/mod.ts";
import type { MaskSource } from "./scene.ts";

/** Resolves with the work, or rejects with the signal's reason as soon as it is aborted. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  work.catch(() => {});
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
    promise.catch(() => {});
  }
}

/** Wraps a raster so that reads fail once the signal is aborted. */
export function abortable<F extends RasterFile>(file: F, signal: AbortSignal | undefined): F {
  if (signal === undefined) return file;
  return {
    ...file,
    async read(options) {
      signal.throwIfAborted();
      return await orAborted(file.read(options), signal);
    },
  };
}

/** Yields to the event loop, which computing on the JavaScript thread blocks: signals, files. */
export async function yieldToEventLoop(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Wraps a mask so that reads fail once the signal is aborted. */
export function abortableMask(source: MaskSource, signal: AbortSignal | undefined): MaskSource {
  return {
    async read(window) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      return await source.read(window);
    },
  };
}

/** A promise whose error is thrown where it is awaited, which may be later. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
