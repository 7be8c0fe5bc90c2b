/**
 * Files that are there whole or not at all.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** Whether something exists at a path. */
async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Writes bytes under a temporary name beside the file, flushes them to the disk and renames.
 *
 * @param path Where to.
 * @param bytes The whole file.
 * @param options `overwrite` allows replacing a file; default false.
 * @throws {Deno.errors.AlreadyExists} If the file exists and `overwrite` is not set.
 */
export async function writeAtomically(
  path: string | URL,
  bytes: Uint8Array,
  { overwrite = false }: { readonly overwrite?: boolean } = {},
): Promise<void> {
  const target = path instanceof URL ? fileURLToPath(path) : path;
  if (!overwrite && await exists(target)) {
    throw new Deno.errors.AlreadyExists(
      `Cannot write ${target}: it must not exist yet; choose another name or allow overwriting`,
    );
  }
  const temporary = `${target}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      for (let at = 0; at < bytes.byteLength;) at += await file.write(bytes.subarray(at));
      await file.sync();
    }
    await Deno.rename(temporary, target);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
