/**
 * Opens files for random access, on disk or over HTTP range requests.
 *
 * @module
 */

import { gdalNameHint, isAddress, unknownScheme } from "./address.ts";
import type { ByteSource } from "./byte_source.ts";
import { openLocal } from "./local_source.ts";
import { openRemote } from "./remote_source.ts";

/**
 * Opens a file by path or `http(s):` address.
 *
 * @throws {TypeError} If the file cannot be read; the message has the reason.
 */
export async function openByteSource(name: string): Promise<ByteSource> {
  if (/^https?:\/\//i.test(name)) return await openRemote(name);
  if (isAddress(name)) throw new TypeError(unknownScheme(name));
  const hint = gdalNameHint(name);
  if (hint !== undefined) throw new TypeError(hint);
  return await openLocal(name);
}
