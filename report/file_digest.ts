/**
 * Digests of input files.
 *
 * @module
 */

import { isAddress, pathOf, sha256Stream } from "../files/mod.ts";

/** SHA-256 of a file, read in chunks; null for folders and URLs. */
export async function fileDigest(path: string): Promise<string | null> {
  if (isAddress(path)) return null;
  const local = pathOf(path);
  if (!(await Deno.stat(local)).isFile) return null;
  const hash = sha256Stream();
  using file = await Deno.open(local, { read: true });
  const buffer = new Uint8Array(1 << 20);
  for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
    hash.update(buffer.subarray(0, read));
  }
  return hash.hex();
}
