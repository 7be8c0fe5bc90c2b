/**
 * Images of a composite that remain to be made: of several, those that an interrupted call completed are
 * skipped.
 *
 * @module
 */

import { undoRenames } from "../../files/mod.ts";
import { areComplete, clearScratches } from "../complete_files.ts";
import { maskPaths } from "../mask_choice.ts";
import type { MaskNames } from "../mask_names.ts";
import { checkOutputs } from "../outputs.ts";
import type { ScenePaths } from "../scene_paths.ts";
import { RUN_TAG, sceneRun } from "../scene_run.ts";
import type { CompositePlan, CompositeSceneOptions } from "./composite_options.ts";
import type { CompositeMethodName } from "./methods.ts";

/** Tags of an image. */
type Tags = Readonly<Record<string, string>>;

/** What remains of a plan. */
export interface PendingImages {
  /** The plan without complete images. */
  readonly plan: CompositePlan;
  /** Tags by which a later call recognises each image. */
  readonly tags: readonly Tags[];
  /** True if existing files may be replaced: they are of this call, which was interrupted. */
  readonly overwrite: boolean;
  /** Files of complete images. */
  readonly complete: readonly ScenePaths[];
}

/**
 * Checks the files of a plan and leaves out complete images of the same call. One image alone must not
 * exist; with `overwrite`, all images are made.
 *
 * @throws {OutputError} If a file is of another call, is one of the inputs, or can't be written.
 */
export async function pendingImages(
  plan: CompositePlan,
  { options, method, masks }: {
    readonly options: CompositeSceneOptions;
    readonly method: CompositeMethodName;
    readonly masks: MaskNames;
  },
): Promise<PendingImages> {
  const { inputs, references, paths } = plan;
  const isSeveral = options.reference === "all";
  const { overwrite = false } = options.write;
  for (const { output, ...others } of paths) await undoRenames(output, Object.values(others));
  await checkOutputs(paths.flatMap((files) => Object.values(files)), {
    inputs: [...inputs.map(({ path }) => path), ...maskPaths(masks, inputs)],
    overwrite: overwrite || isSeveral,
  });
  if (!isSeveral) return { plan, tags: paths.map(() => ({})), overwrite, complete: [] };
  const { inputs: _inputs, reference: _reference, ...deciding } = options;
  const all = await Promise.all(paths.map(async (files, i) => {
    const { output } = files;
    const run = await sceneRun({ output, inputs, reference: references[i], mask: masks }, {
      options: { ...deciding, method },
    });
    return { files, reference: references[i], run };
  }));
  const complete: ScenePaths[] = [];
  const pending: typeof all = [];
  for (const image of all) {
    const { files, run } = image;
    const isComplete = await areComplete(Object.values(files), { run, overwrite });
    if (overwrite || !isComplete) pending.push(image);
    else {
      await clearScratches(Object.values(files));
      complete.push(files);
    }
  }
  return {
    plan: {
      ...plan,
      references: pending.map(({ reference }) => reference),
      paths: pending.map(({ files }) => files),
    },
    tags: pending.map(({ run }) => ({ [RUN_TAG]: run })),
    overwrite: true,
    complete,
  };
}
