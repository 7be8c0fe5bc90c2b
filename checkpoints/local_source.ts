/**
 * Bytes at positions: a whole file in memory, or a file of which only parts are read, so that a
 * checkpoint with its optimizer state need not fit into memory.
 *
 * @module
 */

import { CheckpointError } from "./errors.ts";

/** Where bytes come from. */
export interface LocalSource {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes of [start, end), which lie inside; may be a view. */
  read(start: number, end: number): Uint8Array;
}

/** Bytes in memory; reads are views. */
export function memorySource(bytes: Uint8Array): LocalSource {
  return { size: bytes.byteLength, read: (start, end) => bytes.subarray(start, end) };
}

/** An open file; close it with `using`. */
export function fileSource(path: string | URL): LocalSource & Disposable {
  const file = Deno.openSync(path, { read: true });
  return {
    size: file.statSync().size,
    read(start, end) {
      const bytes = new Uint8Array(end - start);
      file.seekSync(start, Deno.SeekMode.Start);
      for (let at = 0; at < bytes.length;) {
        const count = file.readSync(bytes.subarray(at));
        if (count === null) {
          throw new CheckpointError(`Cannot read ${path}: it ended at byte ${start + at}`);
        }
        at += count;
      }
      return bytes;
    },
    [Symbol.dispose]: () => file.close(),
  };
}
