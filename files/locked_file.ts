/**
 * Files whose lock says that a process is alive, and which one.
 *
 * The operating system releases the lock when the process ends, however it ends. Unlike a process
 * number, the lock also works across containers and machines that share the folder; the number and
 * the host inside the file are for people.
 *
 * @module
 */

import { hasCode } from "./error_codes.ts";

/** A file whose lock this process holds. */
export interface LockedFile {
  /** False on file systems without locks: another process may hold the file too. */
  readonly isExclusive: boolean;
  /** Releases the lock; the file stays. Does nothing the second time. */
  release(): void;
  /** Removes the file and releases the lock. Does nothing the second time. */
  remove(): Promise<void>;
}

/** Locks a file: true on success, false if another process holds the lock, undefined without locks. */
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

/** This process, with the name of its host where Deno may know it (`--allow-sys=hostname`). */
async function thisProcess(): Promise<string> {
  const { state } = await Deno.permissions.query({ name: "sys", kind: "hostname" });
  return `process ${Deno.pid}${state === "granted" ? ` on ${Deno.hostname()}` : ""}`;
}

/** Writes the holder into its file; a full disk leaves it empty. */
async function sign(file: Deno.FsFile): Promise<void> {
  const bytes = new TextEncoder().encode(await thisProcess());
  await file.truncate(0);
  await file.write(bytes).catch(() => {});
}

/** The process that holds the lock of a file, such as `process 4711 on node3`. */
export async function holderOf(path: string): Promise<string> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return /^process \d+(?: on [\w.-]{1,255})?$/.test(text) ? text : "an unnamed process";
}

function locked(path: string, file: Deno.FsFile, isExclusive: boolean): LockedFile {
  let [isHeld, isThere] = [true, true];
  const release = () => {
    if (isHeld) file.close();
    isHeld = false;
  };
  return {
    isExclusive,
    release,
    async remove() {
      if (!isThere) return;
      // Removed while it is held: a process that waits for it finds it gone and makes its own.
      if (isHeld) await Deno.remove(path);
      release();
      isThere = false;
    },
  };
}

/**
 * Locks a file.
 *
 * @param create Makes the file where there is none. Default true.
 * @returns "busy" if another process holds the lock; "gone" if the file or its folder was removed
 *   meanwhile, or if there is no file and `create` is false.
 */
export async function lockFile(
  path: string,
  { create = true }: { readonly create?: boolean } = {},
): Promise<LockedFile | "busy" | "gone"> {
  const file = await Deno.open(path, { write: true, create }).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (file === undefined) return "gone";
  try {
    const isLocked = await tryLock(file);
    if (isLocked !== false && await isSame(file, path)) {
      await sign(file);
      return locked(path, file, isLocked === true);
    }
    file.close();
    return isLocked === false ? "busy" : "gone";
  } catch (error) {
    file.close();
    throw error;
  }
}
