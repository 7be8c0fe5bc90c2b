/**
 * Folders for temporary files of the system that are gone at the latest when the next one is made,
 * however the program ends.
 *
 * @module
 */

import { dirname } from "node:path";

/** A folder of this run. */
export interface TemporaryFolder {
  readonly path: string;
  /** Removes the folder; does nothing the second time. */
  remove(): Promise<void>;
}

/** With the process's number, for who finds one; one without is of a run that wrote none. */
const NAME = /^emrdm-(?:\d+-)?[0-9a-f]+$/;
/**
 * Held by the process as long as it lives: unlike the process's number it tells so across containers
 * that share the folder, and Deno lets nobody ask for other processes who may not do everything.
 */
const LOCK = "lock";
/** What is made in such folders; one that has anything else is not ours. */
const OWN = /^(?:lock|(?:pixel|whole)\.tif(?:\..*)?)$/;
/** After that, in milliseconds, a folder whose lock tells nothing is taken for left. */
const OLD = 24 * 3600 * 1000;
/** Another run may take a folder for left only between its making and its locking. */
const ATTEMPTS = 10;

/** Whether an error says that a disk is full, of the system or in what a program printed. */
export function isDiskFull(error: unknown): boolean {
  if (typeof error === "string") {
    return /No space left on device|Disk quota exceeded/i.test(error);
  }
  return error instanceof Error && "code" in error &&
    /^(?:ENOSPC|EDQUOT)$/.test(String(error.code));
}

/** What to do where there is no room in the folder for temporary files. */
export function diskFull(folder?: string): TypeError {
  return new TypeError(
    `the folder for temporary files${folder === undefined ? "" : `, ${folder},`} must have room ` +
      "for its pixels, got a full disk; free some space, or set TMPDIR to a folder on another disk",
  );
}

/** Whether nobody else holds the lock; undefined on file systems without locks. */
async function tryLock(file: Deno.FsFile): Promise<boolean | undefined> {
  try {
    return await file.tryLock(true);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

async function remove(path: string, lock?: Deno.FsFile): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  for (const name of names.filter((name) => name !== LOCK)) await Deno.remove(`${path}/${name}`);
  // The lock goes while it is held: nobody can take it any more.
  if (names.includes(LOCK)) await Deno.remove(`${path}/${LOCK}`);
  lock?.close();
  await Deno.remove(path);
}

async function isOld(path: string): Promise<boolean> {
  const { mtime } = await Deno.lstat(path);
  return mtime !== null && Date.now() - mtime.getTime() > OLD;
}

/** Removes a folder that a killed run left. */
async function clear(path: string): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  if (!names.every((name) => OWN.test(name))) return;
  if (!names.includes(LOCK)) {
    if (await isOld(path)) await remove(path);
    return;
  }
  const lock = await Deno.open(`${path}/${LOCK}`, { write: true });
  try {
    const free = await tryLock(lock);
    if (free ?? await isOld(path)) await remove(path);
  } finally {
    lock.close();
  }
}

/** Removes what killed runs left in a folder. */
async function clearAll(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || !NAME.test(name)) continue;
    // Another user's, or another run is at it.
    await clear(`${folder}/${name}`).catch(() => {});
  }
}

async function make(): Promise<string> {
  try {
    return await Deno.makeTempDir({ prefix: `emrdm-${Deno.pid}-` });
  } catch (error) {
    if (isDiskFull(error)) throw diskFull();
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      throw new TypeError(
        "the system must have a folder for temporary files that can be written, got none; set " +
          "TMPDIR to one",
      );
    }
    throw error;
  }
}

/**
 * Makes a folder in the system's folder for temporary files, and removes there what runs left that
 * were killed.
 *
 * @throws {TypeError} If there is no such folder, or no room in it.
 */
export async function openTemporaryFolder(): Promise<TemporaryFolder> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const path = await make();
    const lock = await Deno.open(`${path}/${LOCK}`, { write: true, createNew: true })
      .catch(async (error: unknown) => {
        await Deno.remove(path).catch(() => {});
        throw isDiskFull(error) ? diskFull(dirname(path)) : error;
      });
    if (await tryLock(lock) === false || !await exists(`${path}/${LOCK}`)) {
      lock.close();
      continue;
    }
    // A folder for temporary files need not be one that can be listed.
    await clearAll(dirname(path)).catch(() => {});
    let open = true;
    return {
      path,
      async remove() {
        if (!open) return;
        await remove(path, lock);
        open = false;
      },
    };
  }
  throw new TypeError("temporary folders must stay, but other runs keep removing them");
}
