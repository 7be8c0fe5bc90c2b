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
import { BusyError, lockRun } from "../files/mod.ts";

/**
 * Locks the outputs of a batch by a file in the folder of the first output, which is created. A batch
 * without a folder that can be written has no lock: each of its scenes fails for itself.
 *
 * @throws {OutputError} If another run is restoring the same scenes; the message names its process.
 */
export async function lockOutputs(outputs: readonly string[]): Promise<AsyncDisposable> {
  const key = (await sha256(stableJson(outputs.map((path) => resolve(path))))).slice(0, 8);
  for (const folder of new Set(outputs.map((path) => dirname(resolve(path))))) {
    try {
      return await lockRun(folder, {
        task: `restore the scenes of the manifest to ${folder}`,
        remedy: "let this call restore other scenes (--shard)",
        name: `.emrdm-${key}.lock`,
      });
    } catch (error) {
      if (!(error instanceof OutputError) || error instanceof BusyError) throw error;
    }
  }
  return { [Symbol.asyncDispose]: () => Promise.resolve() };
}
