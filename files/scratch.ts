/**
 * The one temporary folder of a file that is being written, and what stops it from being written.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { OutputError } from "../core/mod.ts";

/** A folder beside a file, held by one run. */
export interface Scratch {
  /** The path of a temporary file: "file" for the whole, "level-0", "level-1", … for parts of it. */
  path(name: "file" | `level-${number}`): string;
  /** Removes the folder; does nothing the second time. */
  remove(): Promise<void>;
}

const LOCK = "lock";
/** What a run may have left; anything else in the folder is not ours to remove. */
const OWN = /^(lock|file|level-\d+)$/;
/** A folder can be removed by the run before between any two steps, but not again and again. */
const ATTEMPTS = 100;

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(error.code as string);
}

/** What must hold for the file to be written, by the error of the operating system. */
function reason(error: unknown, path: string): string | undefined {
  const folder = dirname(path);
  const { errors } = Deno;
  if (error instanceof errors.NotCapable) {
    return `Deno must be allowed to read and write ${folder}; add ` +
      `--allow-read=${folder} --allow-write=${folder}`;
  }
  if (hasCode(error, "ENOSPC", "EDQUOT")) {
    return "the disk must have room, got a full one; free some space or choose another disk";
  }
  if (hasCode(error, "EROFS")) {
    return `${folder} must be writable, got a read-only file system; choose another folder`;
  }
  if (hasCode(error, "EFBIG")) {
    return "the file system must allow files of this size; choose another";
  }
  if (hasCode(error, "ENAMETOOLONG")) return "the name must be shorter; choose another";
  if (error instanceof errors.PermissionDenied) {
    return `${folder} must allow writing, got permission denied; choose another folder or change ` +
      "its permissions";
  }
  if (error instanceof errors.NotFound) return `the folder ${folder} must exist; create it`;
  if (error instanceof errors.NotADirectory) return `${folder} must be a folder; choose another`;
  if (error instanceof errors.IsADirectory) return "it must name a file, got a folder";
  if (error instanceof Error && "code" in error) {
    return `the operating system must allow it, got ${error.message}`;
  }
  return undefined;
}

/**
 * Runs `work`; errors of the file system say what stops `path` from being written.
 *
 * @throws {OutputError} In place of an error of the operating system.
 */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const why = error instanceof OutputError ? undefined : reason(error, path);
    if (why === undefined) throw error;
    throw new OutputError(`Cannot write ${path}: ${why}`, { cause: error });
  }
}

/** Undefined if there is nothing: the run before removes it at any time. */
async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  return await Deno.stat(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
}

async function isSame(file: Deno.FsFile, path: string): Promise<boolean> {
  const [held, named] = await Promise.all([file.stat(), statOf(path)]);
  return named !== undefined && named.ino === held.ino;
}

/** Whether nobody else holds the lock; file systems without locks cannot tell. */
async function tryLock(file: Deno.FsFile): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch (error) {
    if (hasCode(error, "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "ENOLCK")) return true;
    throw error;
  }
}

async function openLock(path: string, folder: string): Promise<Deno.FsFile> {
  const name = `${folder}/${LOCK}`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await Deno.mkdir(folder).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
    const info = await statOf(folder);
    if (info === undefined) continue;
    if (!info.isDirectory) {
      throw new OutputError(`Cannot write ${path}: a file ${folder} is in the way; move it away`);
    }
    const file = await Deno.open(name, { write: true, create: true }).catch((error: unknown) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (file === undefined) continue;
    try {
      if (!await tryLock(file)) {
        throw new OutputError(
          `Cannot write ${path}: another run is writing it; wait for its end or choose another name`,
        );
      }
      // The run before may have removed the file between our opening and locking it.
      if (await isSame(file, name)) return file;
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
  }
  throw new OutputError(
    `Cannot write ${path}: ${folder} must stay, but other runs keep removing it`,
  );
}

async function removeContent(path: string, folder: string): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  const strange = names.find((name) => !OWN.test(name));
  if (strange !== undefined) {
    throw new OutputError(
      `Cannot write ${path}: ${folder} must hold nothing but what an interrupted run left, ` +
        `got ${strange}; move it away`,
    );
  }
  await Promise.all(
    names.filter((name) => name !== LOCK).map((name) => Deno.remove(`${folder}/${name}`)),
  );
}

async function removeFolder(folder: string, lock: Deno.FsFile): Promise<void> {
  // The lock goes while it is held: a run that waits for it finds it gone and makes its own.
  await Deno.remove(`${folder}/${LOCK}`);
  lock.close();
  await Deno.remove(folder).catch((error: unknown) => {
    // The next run is already at work in it.
    if (!(error instanceof Deno.errors.NotFound) && !hasCode(error, "ENOTEMPTY")) throw error;
  });
}

/**
 * Makes the folder `<path>.partial` beside `path`, empty: what a killed run left there is removed.
 *
 * It shows early whether the file can be written, and it is on the same file system, so that a file
 * in it can be renamed to `path` in one step. A lock keeps a second run out, also one of the same
 * program, except on file systems without locks.
 *
 * @throws {OutputError} If the folder of `path` is missing or cannot be written, or if another run
 *   is writing `path`.
 */
export async function openScratch(path: string): Promise<Scratch> {
  const folder = `${path}.partial`;
  return await writing(path, async () => {
    if (basename(path) === "" || path.endsWith("/")) {
      throw new OutputError(`Cannot write ${path}: it must name a file, got a folder`);
    }
    const lock = await openLock(path, folder);
    let open = true;
    try {
      await removeContent(path, folder);
    } catch (error) {
      await removeFolder(folder, lock);
      throw error;
    }
    return {
      path: (name) => `${folder}/${name}`,
      remove: async () => {
        if (!open) return;
        open = false;
        await writing(path, async () => {
          await removeContent(path, folder);
          await removeFolder(folder, lock);
        });
      },
    };
  });
}

/**
 * Removes the folder `<path>.partial` that a killed run left. One that a run holds, that has files of
 * others in it, or that may not be removed, stays: the file itself is there and complete.
 */
export async function clearScratch(path: string): Promise<void> {
  const left = await Deno.lstat(`${path}.partial`).then(() => true, () => false);
  if (!left) return;
  try {
    await (await openScratch(path)).remove();
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
  }
}
