/**
 * Batches: restores the scenes of a manifest one after the other, and resumes after any interruption.
 *
 * @module
 */

import { OptionsError } from "../core/mod.ts";
import { BusyError, DiskError } from "../files/mod.ts";
import { DeviceLostError } from "../engine/mod.ts";
import type { Model } from "../model/mod.ts";
import { checkShard, type Shard } from "./area.ts";
import { areComplete, clearScratches } from "./complete_files.ts";
import { estimateTimed, type SceneEstimate } from "./estimate.ts";
import type { TileTiming } from "./time_tiles.ts";
import type { ManifestScene } from "./manifest_file.ts";
import { type RestoredScene, restoreScene } from "./restore_scene.ts";
import { outputPaths } from "./scene_paths.ts";
import { clearOutputsLock, lockOutputs } from "./manifest_lock.ts";
import { RUN_TAG, sceneRun } from "./scene_run.ts";
import type { RestoreSceneOptions, SceneOptions, WriteOptions } from "./scene_options.ts";

/** Outcome of a scene. */
export type SceneStatus =
  & {
    readonly output: string;
    /** Number of the scene in the manifest, from 1. */
    readonly number: number;
    readonly seconds: number;
  }
  & (
    | { readonly status: "restored"; readonly result: RestoredScene }
    | { readonly status: "estimated"; readonly estimate: SceneEstimate }
    | { readonly status: "complete" }
    | { readonly status: "failed"; readonly error: string }
  );

/** Options of {@linkcode restoreManifest}; `mask.source` is for scenes that name none. */
export interface RestoreManifestOptions
  extends Omit<SceneOptions, "inputs" | "reference" | "auxiliary" | "shard" | "window" | "bbox"> {
  /** Replacement of existing files, and further tags. */
  readonly write?: Omit<WriteOptions, "output" | "picture">;
  /** Every n-th scene, from the i-th on. Default all. */
  readonly shard?: Shard;
  /**
   * Identifies options that aren't plain data (samplers, fusions). A complete output that was made with
   * others is an error, never taken as complete.
   */
  readonly fingerprint?: string;
  /** Called with the outcome of each scene. */
  readonly onScene?: (status: SceneStatus) => void;
}

/** Options of one scene. */
function sceneOptions(
  { output, picture, mask, ...scene }: ManifestScene,
  { shard: _shard, fingerprint: _fingerprint, onScene: _onScene, ...options }:
    RestoreManifestOptions,
): RestoreSceneOptions {
  return {
    ...options,
    ...scene,
    mask: { ...options.mask, ...(mask !== undefined && { source: mask }) },
    write: { ...options.write, output, picture },
  };
}

/** Options of a scene that is to be restored; undefined if it is complete. */
async function pending(
  model: Model,
  scene: ManifestScene,
  options: RestoreManifestOptions,
): Promise<RestoreSceneOptions | undefined> {
  const whole = sceneOptions(scene, options);
  const { write } = whole;
  const { shard: _shard, ...deciding } = options;
  const run = await sceneRun(scene, { model, options: deciding });
  if (await areComplete(outputPaths(whole), { run, overwrite: write.overwrite ?? false })) {
    return undefined;
  }
  // Existing files are of this run, which was interrupted, or may be replaced.
  return {
    ...whole,
    write: { ...write, overwrite: true, tags: { ...write.tags, [RUN_TAG]: run } },
  };
}

type Outcome = SceneStatus extends infer S ? S extends SceneStatus ? Omit<S, keyof Common> : never
  : never;
type Common = Pick<SceneStatus, "output" | "number" | "seconds">;

/** The scenes of a shard with their index. @throws {RangeError} If there is no such shard. */
function ofShard(
  scenes: readonly ManifestScene[],
  { shard = { index: 1, count: 1 } }: RestoreManifestOptions,
): readonly (readonly [number, ManifestScene])[] {
  checkShard(shard);
  return [...scenes.entries()].filter(([i]) => i % shard.count === shard.index - 1);
}

/** Runs the scenes of a shard; one that fails doesn't stop the others. */
async function eachScene(
  scenes: readonly ManifestScene[],
  options: RestoreManifestOptions,
  work: (scene: ManifestScene) => Promise<Outcome>,
): Promise<readonly SceneStatus[]> {
  const { onScene, signal } = options;
  const all: SceneStatus[] = [];
  for (const [i, scene] of ofShard(scenes, options)) {
    const start = performance.now();
    const outcome = await work(scene).catch((error: unknown): Outcome => {
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

/**
 * Restores the scenes of a manifest. Scenes that are complete, from the same model, options and input
 * paths, are skipped; one that fails doesn't stop the others. After an interruption at any moment, the
 * same call resumes. Folders of outputs are created.
 *
 * @returns The outcome of each scene of the shard.
 * @throws {RangeError} If there is no such shard.
 * @throws {OutputError} If another run is restoring the same scenes, or the disk is full or read-only.
 * @throws {DeviceLostError} If the GPU is lost, and the model's tensors with it.
 */
export async function restoreManifest(
  model: Model,
  scenes: readonly ManifestScene[],
  options: RestoreManifestOptions = {},
): Promise<readonly SceneStatus[]> {
  const outputs = ofShard(scenes, options).map(([, { output }]) => output);
  await using locks = new AsyncDisposableStack();
  let isLocked = false;
  const all = await eachScene(scenes, options, async (scene) => {
    const todo = await pending(model, scene, options);
    if (todo !== undefined) {
      // A batch that is complete changes nothing, not even the time of its folder.
      if (!isLocked) locks.use(await lockOutputs(outputs));
      isLocked = true;
      return { status: "restored", result: await restoreScene(model, todo) };
    }
    await clearScratches(outputPaths(sceneOptions(scene, options)));
    return { status: "complete" };
  });
  if (!isLocked) await clearOutputsLock(outputs);
  return all;
}

/**
 * Estimates {@linkcode restoreManifest} scene by scene; writes nothing.
 *
 * @param rss See `estimateScene`.
 * @returns For each scene of the shard its estimate, that it is complete, or why it would fail.
 * @throws {RangeError} If there is no such shard.
 */
export async function estimateManifest(
  model: Model,
  scenes: readonly ManifestScene[],
  { rss, ...options }: RestoreManifestOptions & { readonly rss: () => number },
): Promise<readonly SceneStatus[]> {
  const timings = new Map<number, TileTiming>();
  return await eachScene(scenes, options, async (scene) => {
    const todo = await pending(model, scene, options);
    if (todo === undefined) return { status: "complete" };
    return { status: "estimated", estimate: await estimateTimed(model, todo, { rss, timings }) };
  });
}
