/**
 * Atomic file writes: a temporary file is renamed when it is complete.
 *
 * @module
 */

import { OutputError } from "../core/mod.ts";
import { clearScratch, openScratch } from "./scratch.ts";
import { writing } from "./writing.ts";

/** Options of {@linkcode writeFileAtomically}. */
export interface AtomicFileOptions {
  /** Replaces an existing file. Default false. */
  readonly overwrite?: boolean;
}

/**
 * Checks that no file or folder is in the way. Of a file that is complete, removes what a killed run left
 * in `<path>.partial`.
 *
 * @throws {OutputError} If `path` exists and `overwrite` is not set, or if it is a folder.
 */
export async function checkOverwrite(
  path: string,
  { overwrite = false }: AtomicFileOptions,
): Promise<void> {
  const info = await writing(path, () =>
    Deno.lstat(path).catch((error: unknown) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }));
  if (info?.isDirectory) {
    throw new OutputError(`Cannot write ${path}: it must name a file, got a folder`);
  }
  if (info !== undefined && !overwrite) {
    await clearScratch(path);
    throw new OutputError(
      `Cannot write ${path}: the file exists; choose another name or allow it to be overwritten ` +
        "(--overwrite)",
    );
  }
}

/** Writes bytes completely, in as many calls as the system needs. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

/**
 * Writes chunks to a temporary file in the folder `<path>.partial`, flushes it to disk and renames
 * it to `path`. Removes a folder `<path>.partial` that a killed run left.
 *
 * @throws {OutputError} If `path` exists and `overwrite` is not set, or if it cannot be written.
 */
export async function writeFileAtomically(
  path: string,
  chunks: Iterable<Uint8Array>,
  options: AtomicFileOptions = {},
): Promise<void> {
  await checkOverwrite(path, options);
  const scratch = await openScratch(path);
  try {
    const temporary = scratch.path("file");
    await writing(path, async () => {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      for (const chunk of chunks) await writeAll(file, chunk);
      await file.sync();
    });
    await checkOverwrite(path, options);
    await writing(path, () => Deno.rename(temporary, path));
  } finally {
    await scratch.remove();
  }
}
