/**
 * Ending work at once when a signal is set off, whatever it waits for.
 *
 * @module
 */

import type { RasterFile } from "../rasters/mod.ts";
import type { MaskSource } from "./scene.ts";

/** The result of work, or the reason of a signal as soon as it is set off. */
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

/** The raster, of which nothing more is read once a signal is set off. */
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

/** Lets what waits have its turn: signals, files. Computing in JavaScript's thread keeps them out. */
export async function breathe(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** The mask, of which nothing more is computed once a signal is set off. */
export function abortableMask(source: MaskSource, signal: AbortSignal | undefined): MaskSource {
  return {
    async read(window) {
      await breathe();
      signal?.throwIfAborted();
      return await source.read(window);
    },
  };
}
