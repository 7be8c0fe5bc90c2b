/**
 * Batches: restores the scenes of a manifest one after the other, and resumes after any interruption.
 *
 * @module
 */

import type { Model } from "../model/mod.ts";
import type { Shard } from "./area.ts";
import { type BatchStatus, eachScene, makeScenes } from "./batch.ts";
import { areComplete } from "./complete_files.ts";
import { estimateTimed, type SceneEstimate } from "./estimate.ts";
import type { TileTiming } from "./time_tiles.ts";
import type { ManifestScene } from "./manifest_file.ts";
import { type OptionsForModel, optionsForModel } from "./options_for_model.ts";
import { type RestoredScene, restoreScene } from "./restore_scene.ts";
import { outputPaths } from "./scene_paths.ts";
import { RUN_TAG, sceneRun } from "./scene_run.ts";
import type { RestoreSceneOptions, SceneOptions, WriteOptions } from "./scene_options.ts";

/** Outcome of a scene. */
export type SceneStatus = BatchStatus<SceneDone>;

/** What is done for a scene. */
export type SceneDone =
  | { readonly status: "restored"; readonly result: RestoredScene }
  | { readonly status: "estimated"; readonly estimate: SceneEstimate };

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
  model: Model,
  { output, picture, mask, ...scene }: ManifestScene,
  { shard: _shard, fingerprint: _fingerprint, onScene: _onScene, ...options }:
    RestoreManifestOptions,
): OptionsForModel<RestoreSceneOptions> {
  return optionsForModel(model, {
    ...options,
    ...scene,
    mask: { ...options.mask, ...(mask !== undefined && { source: mask }) },
    write: { ...options.write, output, picture },
  });
}

/** Options of a scene that is to be restored; undefined if it is complete. */
async function pending(
  model: Model,
  scene: ManifestScene,
  options: RestoreManifestOptions,
): Promise<RestoreSceneOptions | undefined> {
  const whole = sceneOptions(model, scene, options);
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
  return await makeScenes<SceneDone>(scenes, options, async (scene) => {
    const todo = await pending(model, scene, options);
    return {
      files: outputPaths(sceneOptions(model, scene, options)),
      make: todo &&
        (async () => ({ status: "restored", result: await restoreScene(model, todo) })),
    };
  });
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
  return await eachScene<SceneDone>(scenes, options, async (scene) => {
    const todo = await pending(model, scene, options);
    if (todo === undefined) return { status: "complete" };
    return { status: "estimated", estimate: await estimateTimed(model, todo, { rss, timings }) };
  });
}
