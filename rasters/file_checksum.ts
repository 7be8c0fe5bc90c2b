/**
 * Size and checksum of files.
 *
 * @module
 */

import { sha256Stream } from "../files/mod.ts";

/** Size and checksum of a complete file. */
export interface FileChecksum {
  /** SHA-256 as 64 hexadecimal digits. */
  readonly sha256: string;
  /** Size in bytes. */
  readonly size: number;
}

/** Reads a file once and returns its size and checksum. */
export async function checksumOf(path: string): Promise<FileChecksum> {
  const hash = sha256Stream();
  let size = 0;
  using file = await Deno.open(path);
  const bytes = new Uint8Array(2 ** 18);
  for (;;) {
    const count = await file.read(bytes);
    if (count === null) return { sha256: hash.hex(), size };
    hash.update(bytes.subarray(0, count));
    size += count;
  }
}
