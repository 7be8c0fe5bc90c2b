/**
 * The temporary folder `<path>.partial` next to a file that is being written.
 *
 * @module
 */

import { basename } from "node:path";
import { OutputError } from "../core/mod.ts";
import { holderOf } from "./locked_file.ts";
import { LOCK, type LockedFolder, lockFolder } from "./locked_folder.ts";
import { writing } from "./writing.ts";

/** A folder next to an output file, locked by one run. */
export interface Scratch {
  /**
   * Path of a temporary file: "file" for the whole output, "level-0", "level-1", … for its parts,
   * "sidecar" for a file next to it.
   */
  path(name: "file" | "sidecar" | `level-${number}`): string;
  /** Removes the folder; does nothing the second time. */
  remove(): Promise<void>;
}

/** Names that an interrupted run may leave; any other file belongs to the user and is kept. */
const OWN = /^(file|sidecar|level-\d+)$/;
/** The previous run can remove its folder between any two steps, but not again and again. */
const ATTEMPTS = 100;

async function openLocked(path: string, folder: string): Promise<LockedFolder> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await Deno.mkdir(folder).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
    const info = await Deno.stat(folder).catch((error: unknown) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (info === undefined) continue;
    if (!info.isDirectory) {
      throw new OutputError(`Cannot write ${path}: a file ${folder} is in the way; move it away`);
    }
    const locked = await lockFolder(folder);
    if (locked === "gone") continue;
    if (locked !== "busy") return locked;
    throw new OutputError(
      `Cannot write ${path}: another run is writing it (${await holderOf(`${folder}/${LOCK}`)}); ` +
        "wait until it ends or choose another name",
    );
  }
  throw new OutputError(`Cannot write ${path}: other runs keep removing the folder ${folder}`);
}

/** Removes the files of an interrupted run. @throws {OutputError} If there are other files. */
async function clear(path: string, folder: LockedFolder): Promise<void> {
  const strange = (await folder.names()).find((name) => !OWN.test(name));
  if (strange !== undefined) {
    throw new OutputError(
      `Cannot write ${path}: ${folder.path} must hold only files of an interrupted run, got ` +
        `${strange}; move it away`,
    );
  }
  await folder.clear();
}

/**
 * Creates the folder `<path>.partial` next to `path`, empty: files that a killed run left there are
 * removed.
 *
 * Creating it shows early whether the file can be written. The folder is on the file system of
 * `path`, so that a finished file can be renamed to `path` in one step. A lock keeps out other
 * writers of `path`, in other processes and in this one, except on file systems without locks.
 *
 * @throws {OutputError} If the folder of `path` is missing or not writable, or another run is
 *   writing `path`.
 */
export async function openScratch(path: string): Promise<Scratch> {
  return await writing(path, async () => {
    if (basename(path) === "" || path.endsWith("/")) {
      throw new OutputError(`Cannot write ${path}: it must name a file, got a folder`);
    }
    const folder = await openLocked(path, `${path}.partial`);
    let isOpen = true;
    try {
      await clear(path, folder);
    } catch (error) {
      await folder.remove();
      throw error;
    }
    return {
      path: (name) => `${folder.path}/${name}`,
      remove: async () => {
        if (!isOpen) return;
        isOpen = false;
        await writing(path, async () => {
          await clear(path, folder);
          await folder.remove();
        });
      },
    };
  });
}

/**
 * Calls `work` with the folder `<path>.partial` that a killed run left. Does nothing if there is none,
 * if another run holds it, if it holds files of other programs, or if it may not be changed.
 */
async function withAbandoned(
  path: string,
  work: (folder: LockedFolder) => Promise<void>,
): Promise<void> {
  try {
    await writing(path, async () => {
      const folder = await lockFolder(`${path}.partial`);
      if (typeof folder === "string") return;
      try {
        const names = await folder.names();
        if (folder.isExclusive && names.every((name) => OWN.test(name))) await work(folder);
      } finally {
        folder.release();
      }
    });
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
  }
}

/** Removes the folder `<path>.partial` that a killed run left next to a complete file. */
export async function clearScratch(path: string): Promise<void> {
  await withAbandoned(path, async (folder) => {
    await folder.clear();
    await folder.remove();
  });
}

/**
 * Removes the files of a killed run that renames several and `path` last, if it did not get that far:
 * then `path` is missing, and its whole file is still in `<path>.partial`. Files that are older than
 * that one stay, because they were there before.
 *
 * @param others The files that have their names before `path` and are completed after it.
 */
export async function undoRenames(path: string, others: readonly string[]): Promise<void> {
  const timeOf = (file: string) =>
    Deno.lstat(file).then(({ mtime }) => mtime?.getTime(), () => undefined);
  if (await timeOf(path) !== undefined) return;
  await withAbandoned(path, async (folder) => {
    const completed = await timeOf(`${folder.path}/file`);
    for (const other of others) {
      const time = await timeOf(other);
      if (time !== undefined && completed !== undefined && time >= completed) {
        await Deno.remove(other);
      }
    }
  });
}
