/**
 * Folders in the system's folder for temporary files. A folder that outlives its program is removed
 * when the next one is opened.
 *
 * @module
 */

import { dirname } from "node:path";
import { isDiskFull } from "./error_codes.ts";
import { LOCK, lockFolder } from "./locked_folder.ts";

/** A temporary folder of this run. */
export interface TemporaryFolder {
  /** Path of the folder. */
  readonly path: string;
  /** Removes the folder with its files; does nothing the second time. */
  remove(): Promise<void>;
}

/** Our folders, most with the process number for whoever finds one. */
const NAME = /^emrdm-(?:\d+-)?[0-9a-f]+$/;
/** Files of our folders; a folder with any other file is not ours. */
const OWN = /^(?:lock|(?:pixel|whole)\.tif(?:\..*)?)$/;
/** Age in milliseconds above which a folder without a working lock counts as abandoned. */
const OLD = 24 * 3600 * 1000;
/** Another run can take a folder for abandoned only between its creation and its locking. */
const ATTEMPTS = 10;

/** The error of a full folder for temporary files. */
export function diskFull(folder?: string): TypeError {
  return new TypeError(
    `the folder for temporary files${folder === undefined ? "" : `, ${folder},`} must have room ` +
      "for the pixels, got a full disk; free some space, or set TMPDIR to a folder on another disk",
  );
}

async function isOld(path: string): Promise<boolean> {
  const { mtime } = await Deno.lstat(path);
  return mtime !== null && Date.now() - mtime.getTime() > OLD;
}

/** Removes a folder of ours unless a run holds its lock. */
async function clearAbandoned(path: string): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  if (!names.every((name) => OWN.test(name))) return;
  if (!names.includes(LOCK)) {
    if (!await isOld(path)) return;
    for (const name of names) await Deno.remove(`${path}/${name}`);
    await Deno.remove(path);
    return;
  }
  const folder = await lockFolder(path, { create: false });
  if (typeof folder === "string") return;
  try {
    if (!folder.isExclusive && !await isOld(path)) return;
    await folder.clear();
    await folder.remove();
  } finally {
    folder.release();
  }
}

/** Removes the abandoned folders in the system's folder for temporary files. */
async function clearAll(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || !NAME.test(name)) continue;
    // It belongs to another user, or another run is removing it.
    await clearAbandoned(`${folder}/${name}`).catch(() => {});
  }
}

async function make(): Promise<string> {
  try {
    return await Deno.makeTempDir({ prefix: `emrdm-${Deno.pid}-` });
  } catch (error) {
    if (isDiskFull(error)) throw diskFull();
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      throw new TypeError(
        "the system must have a writable folder for temporary files, got none; set TMPDIR to one",
      );
    }
    throw error;
  }
}

/**
 * Creates a folder in the system's folder for temporary files, and removes those that killed runs
 * left there.
 *
 * @throws {TypeError} If the system's folder is missing, not writable or full.
 */
export async function openTemporaryFolder(): Promise<TemporaryFolder> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const path = await make();
    const folder = await lockFolder(path).catch(async (error: unknown) => {
      await Deno.remove(path).catch(() => {});
      throw isDiskFull(error) ? diskFull(dirname(path)) : error;
    });
    if (typeof folder === "string") continue;
    // The folder for temporary files need not be readable.
    await clearAll(dirname(path)).catch(() => {});
    let isOpen = true;
    return {
      path,
      async remove() {
        if (!isOpen) return;
        await folder.clear();
        await folder.remove();
        isOpen = false;
      },
    };
  }
  throw new TypeError("temporary folders must stay, but other runs keep removing them");
}
