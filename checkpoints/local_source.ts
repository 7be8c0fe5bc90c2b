/**
 * Synchronous access to byte ranges, in memory or of a local file. A checkpoint's parser follows
 * offsets from record to record; reading ranges keeps the optimizer state out of memory.
 *
 * @module
 */

import { CheckpointError } from "./errors.ts";

/** Bytes that are read by range. Remote files have the asynchronous `ByteSource` of `files/`. */
export interface LocalSource {
  /** Total size in bytes. */
  readonly size: number;
  /** Returns the bytes [start, end), which must exist; may be a view. */
  read(start: number, end: number): Uint8Array;
}

/** Returns a source of bytes in memory, whose reads are views. */
export function memorySource(bytes: Uint8Array): LocalSource {
  return { size: bytes.byteLength, read: (start, end) => bytes.subarray(start, end) };
}

/** Opens a local file; `using` closes it. */
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
