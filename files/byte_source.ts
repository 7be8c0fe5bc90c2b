/**
 * Random access to the bytes of a file, on disk or over HTTP range requests.
 *
 * @module
 */

import { gdalNameHint } from "./address.ts";
import { openLocal } from "./local_source.ts";
import { openRemote } from "./remote_source.ts";

/** An open file, read by ranges of bytes. */
export interface ByteSource {
  /** Size in bytes; infinite if the server does not report it. */
  readonly size: number;
  /**
   * Reads `length` bytes from `offset`, or fewer at the end of the file.
   *
   * @throws {TypeError} If the file has changed since it was opened, or a server sends another
   *   range than the one that was asked for.
   */
  read(offset: number, length: number): Promise<ArrayBuffer>;
  /** Closes the file; does nothing the second time. */
  close(): void;
}

/**
 * Opens a file by path or `http(s):` address.
 *
 * @throws {TypeError} If the file cannot be read; the message has the reason.
 */
export async function openByteSource(name: string): Promise<ByteSource> {
  if (/^https?:\/\//i.test(name)) return await openRemote(name);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(name)?.[1];
  if (scheme !== undefined) {
    throw new TypeError(
      `it must be a path or an http(s) address, got ${scheme}://; use the file's https address or ` +
        `download it first`,
    );
  }
  const hint = gdalNameHint(name);
  if (hint !== undefined) throw new TypeError(hint);
  return await openLocal(name);
}
