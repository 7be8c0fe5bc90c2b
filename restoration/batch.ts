/**
 * Batches of scenes, one after the other: a scene that fails doesn't stop the others, complete scenes
 * are skipped, and no two runs write the same scenes.
 *
 * @module
 */

import { OptionsError } from "../core/mod.ts";
import { BusyError, DiskError } from "../files/mod.ts";
import { DeviceLostError } from "../engine/mod.ts";
import { checkShard, type Shard } from "./area.ts";
import { clearScratches } from "./complete_files.ts";
import type { ManifestScene } from "./manifest_file.ts";
import { clearOutputsLock, lockOutputs } from "./manifest_lock.ts";

/** Scene of a batch. */
export interface BatchScene {
  /** Path of the image. */
  readonly output: string;
  /** Number of the scene in the manifest, from 1. */
  readonly number: number;
  /** Time that it took. */
  readonly seconds: number;
}

/** Outcome of a scene: what was done, or that nothing had to or could be done. */
export type BatchOutcome<Done> =
  | Done
  | { readonly status: "complete" }
  | { readonly status: "failed"; readonly error: string };

/** A scene and its outcome. */
export type BatchStatus<Done> = BatchScene & BatchOutcome<Done>;

/** Options of a batch. */
export interface BatchOptions<Done> {
  /** Every n-th scene, from the i-th on. Default all. */
  readonly shard?: Shard | undefined;
  /** Called with the outcome of each scene. */
  readonly onScene?: (status: BatchStatus<Done>) => void;
  /** Cancels the batch. */
  readonly signal?: AbortSignal | undefined;
}

/** The scenes of a shard with their index. @throws {RangeError} If there is no such shard. */
function ofShard(
  scenes: readonly ManifestScene[],
  shard: Shard = { index: 1, count: 1 },
): readonly (readonly [number, ManifestScene])[] {
  checkShard(shard);
  return [...scenes.entries()].filter(([i]) => i % shard.count === shard.index - 1);
}

/** Runs the scenes of a shard; one that fails doesn't stop the others. */
export async function eachScene<Done>(
  scenes: readonly ManifestScene[],
  { shard, onScene, signal }: BatchOptions<Done>,
  work: (scene: ManifestScene) => Promise<BatchOutcome<Done>>,
): Promise<readonly BatchStatus<Done>[]> {
  const all: BatchStatus<Done>[] = [];
  for (const [i, scene] of ofShard(scenes, shard)) {
    const start = performance.now();
    const outcome = await work(scene).catch((error: unknown): BatchOutcome<Done> => {
      signal?.throwIfAborted();
      // Bugs, options that are wrong for every scene, a lost GPU, a second run and a full disk aren't
      // failures of one scene.
      if (!(error instanceof Error) || error instanceof OptionsError) throw error;
      if (error instanceof DeviceLostError || error instanceof BusyError) throw error;
      if (error instanceof DiskError) throw error;
      return { status: "failed", error: error.message };
    });
    const seconds = (performance.now() - start) / 1000;
    const status = { output: scene.output, number: i + 1, seconds, ...outcome };
    all.push(status);
    onScene?.(status);
  }
  return all;
}

/** What remains to be done of a scene. */
export interface BatchWork<Done> {
  /** Files of the scene. */
  readonly files: readonly string[];
  /** Makes them; undefined if they are complete. */
  readonly make: (() => Promise<BatchOutcome<Done>>) | undefined;
}

/**
 * Makes the scenes of a shard that aren't complete, while no other run makes the same ones.
 *
 * @throws {OutputError} If another run does, or the disk is full or read-only.
 */
export async function makeScenes<Done>(
  scenes: readonly ManifestScene[],
  options: BatchOptions<Done>,
  workOf: (scene: ManifestScene) => Promise<BatchWork<Done>>,
): Promise<readonly BatchStatus<Done>[]> {
  const outputs = ofShard(scenes, options.shard).map(([, { output }]) => output);
  await using locks = new AsyncDisposableStack();
  let isLocked = false;
  const all = await eachScene(scenes, options, async (scene) => {
    const { files, make } = await workOf(scene);
    if (make !== undefined) {
      // A batch that is complete changes nothing, not even the time of its folder.
      if (!isLocked) locks.use(await lockOutputs(outputs));
      isLocked = true;
      return await make();
    }
    await clearScratches(files);
    return { status: "complete" };
  });
  if (!isLocked) await clearOutputsLock(outputs);
  return all;
}
