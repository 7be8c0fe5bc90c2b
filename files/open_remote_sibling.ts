/**
 * Files next to a remote file, such as `NAME.tif.msk`, which need not exist.
 *
 * @module
 */

import type { ByteSource } from "./byte_source.ts";
import { openRemote } from "./remote_source.ts";
import { RefusedError } from "./request.ts";

/** An address without query string, fragment and password; a signature holds for one file alone. */
const PLAIN = /^https?:\/\/[^?#@]+$/i;

/**
 * Opens the file whose address is that of another with a suffix, with one request; undefined if the
 * server refuses it (404, or 403 from storages that do not list their files), or answers with a whole
 * page instead of the range that is asked for. Files next to signed addresses are not looked for.
 *
 * @throws {TypeError} If the server does not answer or fails.
 */
export async function openRemoteSibling(
  address: string,
  suffix: string,
): Promise<ByteSource | undefined> {
  if (!PLAIN.test(address)) return undefined;
  try {
    return await openRemote(`${address}${suffix}`);
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}
