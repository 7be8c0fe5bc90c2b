/**
 * Locks that keep a second run out of the files of a first one.
 *
 * @module
 */

import { OutputError } from "../core/mod.ts";
import { holderOf, type LockedFile, lockFile } from "./locked_file.ts";
import { LOCK } from "./locked_folder.ts";
import { makeFolder, writing } from "./writing.ts";

/** Another run is using the files; the message names its process. */
export class BusyError extends OutputError {}

/** Options of {@linkcode lockRun}. */
export interface RunLockOptions {
  /** Start of the error message, such as "train in runs/a". */
  readonly task: string;
  /** Remedy besides waiting, such as "choose another folder". */
  readonly remedy: string;
  /** Name of the lock in the folder. Default "lock". */
  readonly name?: string;
}

/** The previous run can remove its lock between any two steps, but not again and again. */
const ATTEMPTS = 100;

async function lockIn(
  folder: string,
  { task, remedy, name = LOCK }: RunLockOptions,
): Promise<LockedFile> {
  const path = `${folder}/${name}`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await makeFolder(folder);
    const lock = await writing(path, () => lockFile(path));
    if (lock === "gone") continue;
    if (lock !== "busy") return lock;
    throw new BusyError(
      `Cannot ${task}: another run is using the folder (${await holderOf(path)}, which holds ` +
        `${path}); wait until it ends, stop it, or ${remedy}`,
    );
  }
  throw new OutputError(`Cannot ${task}: other runs keep removing ${path}`);
}

/**
 * Locks a folder for one run, and creates it if it is missing. The lock of a killed run does not
 * count: the operating system has released it. File systems without locks let every run in.
 *
 * @returns The lock; its disposal removes the file, and the folder if it is new and still empty.
 * @throws {BusyError} If another run holds the lock.
 * @throws {OutputError} If the folder cannot be written.
 */
export async function lockRun(folder: string, options: RunLockOptions): Promise<AsyncDisposable> {
  const isNew = await Deno.stat(folder).then(() => false, () => true);
  const lock = await lockIn(folder, options);
  return {
    async [Symbol.asyncDispose]() {
      await lock.remove();
      // Fails if the run has written something, or another one has begun.
      if (isNew) await Deno.remove(folder).catch(() => {});
    },
  };
}

/** Removes the lock that a killed run left in a folder; one that a run holds stays. */
export async function clearRunLock(folder: string, name: string = LOCK): Promise<void> {
  const lock = await lockFile(`${folder}/${name}`, { create: false });
  if (typeof lock === "string") return;
  if (lock.isExclusive) await lock.remove();
  lock.release();
}
