/**
 * Batches of composites: makes the scenes of a manifest one after the other, and resumes after any
 * interruption.
 *
 * @module
 */

import { InputError } from "../../core/mod.ts";
import { type BatchOptions, type BatchStatus, makeScenes } from "../batch.ts";
import { areComplete } from "../complete_files.ts";
import { keepClearOf } from "../keep_clear.ts";
import type { ManifestScene } from "../manifest_file.ts";
import type { WriteOptions } from "../scene_options.ts";
import { RUN_TAG, sceneRun } from "../scene_run.ts";
import { type CompositeSceneOptions, planComposite } from "./composite_options.ts";
import { type CompositeResult, compositeScene } from "./composite_scene.ts";
import { compositeMethod, DEFAULT_METHODS } from "./methods.ts";

/** What is done for a scene. */
export type ComposedScene = { readonly status: "composed"; readonly result: CompositeResult };

/** Outcome of a scene. */
export type CompositeStatus = BatchStatus<ComposedScene>;

/** Options of {@linkcode compositeManifest}; `reference` and `mask.source` are for scenes that name none. */
export interface CompositeManifestOptions
  extends
    Omit<CompositeSceneOptions, "inputs" | "write" | "shard" | "window" | "bbox">,
    BatchOptions<ComposedScene> {
  /** Replacement of existing files, and further tags. */
  readonly write?: Omit<WriteOptions, "output" | "picture">;
}

/** Options of one scene. @throws {InputError} If it has auxiliary files, which only models take. */
function sceneOptions(
  { output, picture, mask, auxiliary, inputs, reference }: ManifestScene,
  { shard: _shard, onScene: _onScene, ...options }: CompositeManifestOptions,
): CompositeSceneOptions {
  if (auxiliary !== undefined) {
    throw new InputError(
      `Cannot make the composite ${output}: auxiliary files are for models, got ` +
        `${auxiliary.join(", ")}; leave them out`,
    );
  }
  return {
    ...options,
    inputs,
    ...(reference !== undefined && { reference }),
    mask: { ...options.mask, ...(mask !== undefined && { source: mask }) },
    write: { ...options.write, output, ...(picture !== undefined && { picture }) },
  };
}

/** Files of a scene. */
function filesOf(options: CompositeSceneOptions): readonly string[] {
  const isPeriod = planComposite(options, { hasError: false }).references[0] === undefined;
  const { method = DEFAULT_METHODS[isPeriod ? "period" : "reference"] } = options;
  const { hasError = false } = compositeMethod(method, { grow: keepClearOf(options.mask).dilate });
  return planComposite(options, { hasError }).paths.flatMap((paths) => Object.values(paths));
}

/**
 * Makes the composites of a manifest, one image for each scene; with the reference "all", one of every
 * date. Scenes that are complete, from the same options and input paths, are skipped; one that fails
 * doesn't stop the others. After an interruption at any moment, the same call resumes.
 *
 * @returns The outcome of each scene of the shard.
 * @throws {RangeError} If there is no such shard.
 * @throws {OutputError} If another run is making the same scenes, or the disk is full or read-only.
 */
export async function compositeManifest(
  scenes: readonly ManifestScene[],
  options: CompositeManifestOptions = {},
): Promise<readonly CompositeStatus[]> {
  const { write: { overwrite = false } = {} } = options;
  return await makeScenes<ComposedScene>(scenes, options, async (scene) => {
    const whole = sceneOptions(scene, options);
    const files = filesOf(whole);
    if (whole.reference === "all") {
      // It skips its complete images itself.
      const make = async () => {
        const result = await compositeScene(whole);
        return result.images.length === 0
          ? { status: "complete" as const }
          : { status: "composed" as const, result };
      };
      return { files, make };
    }
    const { shard: _shard, ...deciding } = options;
    const run = await sceneRun(
      { ...scene, reference: whole.reference },
      { options: deciding },
    );
    if (await areComplete(files, { run, overwrite })) return { files, make: undefined };
    const make = async () => ({
      status: "composed" as const,
      result: await compositeScene({
        ...whole,
        // Existing files are of this run, which was interrupted, or may be replaced.
        write: { ...whole.write, overwrite: true, tags: { ...whole.write.tags, [RUN_TAG]: run } },
      }),
    });
    return { files, make };
  });
}
