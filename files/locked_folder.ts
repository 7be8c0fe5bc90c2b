/**
 * Folders of temporary files that one run at a time may use: a locked file in the folder says that
 * its run is alive.
 *
 * @module
 */

import { hasCode } from "./error_codes.ts";
import { type LockedFile, lockFile } from "./locked_file.ts";

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

function locked(path: string, lock: LockedFile): LockedFolder {
  let isThere = true;
  return {
    path,
    isExclusive: lock.isExclusive,
    names: () => namesIn(path),
    async clear() {
      const names = await namesIn(path);
      await Promise.all(names.map((name) => Deno.remove(`${path}/${name}`)));
    },
    release: lock.release,
    async remove() {
      if (!isThere) return;
      await lock.remove();
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
 * @param options `create` makes the lock where there is none. Default true.
 * @returns "busy" if another run holds the lock; "gone" if the folder or its lock was removed
 *   meanwhile, or if there is no lock and `create` is false.
 */
export async function lockFolder(
  path: string,
  options: { readonly create?: boolean } = {},
): Promise<LockedFolder | "busy" | "gone"> {
  const lock = await lockFile(`${path}/${LOCK}`, options);
  return typeof lock === "string" ? lock : locked(path, lock);
}
