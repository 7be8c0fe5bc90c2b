/**
 * Writing whole files or none: under a temporary name, then renamed.
 *
 * @module
 */

/** Options of {@linkcode writeFileAtomically}. */
export interface AtomicFileOptions {
  /** Whether a file of that name may be replaced. Default false. */
  readonly overwrite?: boolean;
}

/**
 * Throws if a file is in the way.
 *
 * @throws {TypeError} If `path` exists and `overwrite` is not set.
 */
export async function checkOverwrite(
  path: string,
  { overwrite = false }: AtomicFileOptions,
): Promise<void> {
  if (overwrite) return;
  const exists = await Deno.lstat(path).then(() => true, (error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
  if (exists) {
    throw new TypeError(
      `Cannot write ${path}: the file exists; choose another name or allow it to be overwritten`,
    );
  }
}

/**
 * Writes chunks to a temporary file beside `path`, flushes it to disk and renames it.
 *
 * @throws {TypeError} If `path` exists and `overwrite` is not set.
 */
export async function writeFileAtomically(
  path: string,
  chunks: Iterable<Uint8Array>,
  options: AtomicFileOptions = {},
): Promise<void> {
  await checkOverwrite(path, options);
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true });
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    }
    await file.sync();
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  await Deno.rename(temporary, path);
}
