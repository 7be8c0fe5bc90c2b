/**
 * Folders of temporary files that one run at a time may use: a locked file in the folder says that
 * its run is alive.
 *
 * The operating system releases the lock when the process ends, however it ends. Unlike a process
 * number, the lock also works across containers that share the folder.
 *
 * @module
 */

import { hasCode } from "./error_codes.ts";

/** A folder whose lock this run holds. */
export interface LockedFolder {
  readonly path: string;
  /** False on file systems without locks: another run may be using the folder too. */
  readonly isExclusive: boolean;
  /** Names in the folder, without the lock. */
  names(): Promise<readonly string[]>;
  /** Removes every file but the lock. */
  clear(): Promise<void>;
  /** Releases the lock; the folder stays. Does nothing the second time. */
  release(): void;
  /**
   * Removes the lock, and the folder unless it holds other files. Does nothing the second time.
   */
  remove(): Promise<void>;
}

/** Name of the locked file. */
export const LOCK = "lock";

/** Names in a folder, without its lock. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).filter((name) => name !== LOCK);
}

/** Locks a file: true on success, false if another run holds the lock, undefined without locks. */
async function tryLock(file: Deno.FsFile): Promise<boolean | undefined> {
  try {
    return await file.tryLock(true);
  } catch (error) {
    if (hasCode(error, "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "ENOLCK")) return undefined;
    throw error;
  }
}

/** True if `path` still names the open file. */
async function isSame(file: Deno.FsFile, path: string): Promise<boolean> {
  const named = await Deno.stat(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  return named !== undefined && named.ino === (await file.stat()).ino;
}

function locked(path: string, lock: Deno.FsFile, isExclusive: boolean): LockedFolder {
  let [isHeld, isThere] = [true, true];
  const release = () => {
    if (isHeld) lock.close();
    isHeld = false;
  };
  return {
    path,
    isExclusive,
    names: () => namesIn(path),
    async clear() {
      const names = await namesIn(path);
      await Promise.all(names.map((name) => Deno.remove(`${path}/${name}`)));
    },
    release,
    async remove() {
      if (!isThere) return;
      // The lock is removed while it is held: a run that waits for it finds it gone and makes its
      // own.
      if (isHeld) await Deno.remove(`${path}/${LOCK}`);
      release();
      await Deno.remove(path).catch((error: unknown) => {
        // The next run may already be using the folder.
        if (!(error instanceof Deno.errors.NotFound) && !hasCode(error, "ENOTEMPTY")) throw error;
      });
      isThere = false;
    },
  };
}

/**
 * Locks an existing folder.
 *
 * @param create Makes the lock where there is none. Default true.
 * @returns "busy" if another run holds the lock; "gone" if the folder or its lock was removed
 *   meanwhile, or if there is no lock and `create` is false.
 */
export async function lockFolder(
  path: string,
  { create = true }: { readonly create?: boolean } = {},
): Promise<LockedFolder | "busy" | "gone"> {
  const name = `${path}/${LOCK}`;
  const file = await Deno.open(name, { write: true, create }).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (file === undefined) return "gone";
  try {
    const isLocked = await tryLock(file);
    if (isLocked !== false && await isSame(file, name)) {
      return locked(path, file, isLocked === true);
    }
    file.close();
    return isLocked === false ? "busy" : "gone";
  } catch (error) {
    file.close();
    throw error;
  }
}
