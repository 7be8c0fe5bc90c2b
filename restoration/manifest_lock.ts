/**
 * The lock of a batch: two calls for the same scenes would restore each scene twice, and report the scenes
 * of the other as failed.
 *
 * Shards of a manifest, and manifests with other outputs, may run at once in one folder.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { OutputError, sha256, stableJson } from "../core/mod.ts";
import { BusyError, clearRunLock, lockRun } from "../files/mod.ts";

/** Folders that may hold the lock, in order, and its name. */
async function placesOf(outputs: readonly string[]) {
  const key = await sha256(stableJson(outputs.map((path) => resolve(path))));
  return {
    folders: [...new Set(outputs.map((path) => dirname(resolve(path))))],
    name: `.emrdm-${key.slice(0, 8)}.lock`,
  };
}

/**
 * Locks the outputs of a batch by a file in the folder of the first output, which is created. A batch
 * without a folder that can be written has no lock: each of its scenes fails for itself.
 *
 * @throws {BusyError} If another run is restoring the same scenes; the message names its process.
 */
export async function lockOutputs(outputs: readonly string[]): Promise<AsyncDisposable> {
  const { folders, name } = await placesOf(outputs);
  for (const folder of folders) {
    try {
      return await lockRun(folder, {
        task: `restore the scenes of the manifest to ${folder}`,
        remedy: "let this call restore other scenes (--shard)",
        name,
      });
    } catch (error) {
      if (!(error instanceof OutputError) || error instanceof BusyError) throw error;
    }
  }
  return { [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** Removes the lock of a killed run. */
export async function clearOutputsLock(outputs: readonly string[]): Promise<void> {
  const { folders, name } = await placesOf(outputs);
  for (const folder of folders) await clearRunLock(folder, name).catch(() => {});
}
