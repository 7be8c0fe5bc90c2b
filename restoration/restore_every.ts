/**
 * Restores every date of a series, each in turn as the reference.
 *
 * @module
 */

import type { Model } from "../model/mod.ts";
import { undoRenames } from "../files/mod.ts";
import { maskPaths } from "./mask_choice.ts";
import { checkOutputs } from "./outputs.ts";
import { datedPath } from "./dated_path.ts";
import { type RestoredScene, restoreScene } from "./restore_scene.ts";
import { outputPaths } from "./scene_paths.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";

/** Options of {@linkcode restoreEvery}; the output's name has `{date}` or `{name}`. */
export interface RestoreEveryOptions extends Omit<RestoreSceneOptions, "reference"> {
  /** Called with each restored date. */
  readonly onDate?: (result: RestoredScene) => void;
}

/**
 * Restores every date of a series. In the names of output and picture, `{date}` stands for the day of
 * each date and `{name}` for the name of its file.
 *
 * @returns The restored dates, in the order of the inputs.
 * @throws {RangeError} If the names don't tell the dates apart, or as `restoreScene`.
 * @throws {OutputError} If one of the files can't be written. Nothing is written then.
 */
export async function restoreEvery(
  model: Model,
  { onDate = () => {}, onProgress, ...options }: RestoreEveryOptions,
): Promise<readonly RestoredScene[]> {
  const { inputs, auxiliary = [], mask, write } = options;
  const { output, picture, overwrite = false } = write;
  const writes = inputs.map((_, index) => ({
    ...write,
    output: datedPath(output, { inputs, index, flag: "--out" }),
    ...(picture !== undefined && {
      picture: datedPath(picture, { inputs, index, flag: "--png" }),
    }),
  }));
  for (const write of writes) {
    const [image, ...others] = outputPaths({ ...options, write });
    await undoRenames(image!, others);
  }
  await checkOutputs(writes.flatMap((write) => outputPaths({ ...options, write })), {
    inputs: [
      ...inputs.map(({ path }) => path),
      ...auxiliary,
      ...(mask?.source === undefined ? [] : maskPaths(mask.source, inputs)),
    ],
    overwrite,
  });
  const results: RestoredScene[] = [];
  for (const [reference, write] of writes.entries()) {
    const result = await restoreScene(model, {
      ...options,
      reference,
      write,
      ...(onProgress && {
        onProgress: ({ done, total, ...stage }) =>
          onProgress({ done: reference * total + done, total: inputs.length * total, ...stage }),
      }),
    });
    onDate(result);
    results.push(result);
  }
  return results;
}
