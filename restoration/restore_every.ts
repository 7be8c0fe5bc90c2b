/**
 * Restores every date of a series, each in turn as the reference. After an interruption, the same call
 * resumes.
 *
 * @module
 */

import type { Model } from "../model/mod.ts";
import { undoRenames } from "../files/mod.ts";
import { areComplete, clearScratches } from "./complete_files.ts";
import { maskPaths } from "./mask_choice.ts";
import { checkOutputs } from "./outputs.ts";
import { datedPath } from "./dated_path.ts";
import { type OptionsForModel, optionsForModel } from "./options_for_model.ts";
import { restoreDate, type RestoredScene, type SharedPasses } from "./restore_scene.ts";
import { outputPaths, type ScenePaths, scenePaths } from "./scene_paths.ts";
import { RUN_TAG, sceneRun } from "./scene_run.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";
import { withItems } from "./stac_inputs.ts";

/** Options of {@linkcode restoreEvery}; the output's name has `{date}` or `{name}`. */
export interface RestoreEveryOptions extends Omit<RestoreSceneOptions, "reference"> {
  /**
   * Identifies options that aren't plain data (samplers, fusions). A complete output that was made with
   * others is an error, never taken as complete.
   */
  readonly fingerprint?: string;
  /** Called with each restored date. */
  readonly onDate?: (result: RestoredScene) => void;
}

/** Result of {@linkcode restoreEvery}. */
export interface RestoredDates {
  /** Dates restored by this call, in the order of the inputs. */
  readonly images: readonly RestoredScene[];
  /** Files of the dates that an earlier call with the same model, options and input paths completed. */
  readonly complete: readonly ScenePaths[];
}

/** Options of each date by its index among the inputs. */
async function everyDate(
  model: Model,
  { fingerprint, ...options }: Omit<RestoreEveryOptions, "onDate" | "onProgress">,
): Promise<readonly (OptionsForModel<RestoreSceneOptions> & { readonly run: string })[]> {
  const { inputs, auxiliary, mask, write } = options;
  const { output, picture } = write;
  return await Promise.all(inputs.map(async (_, index) => {
    const files = {
      output: datedPath(output, { inputs, index, flag: "--out" }),
      ...(picture !== undefined && {
        picture: datedPath(picture, { inputs, index, flag: "--png" }),
      }),
    };
    const run = await sceneRun({
      output: files.output,
      inputs,
      reference: index,
      mask: mask?.source,
      auxiliary,
    }, { model, options: { ...options, ...(fingerprint !== undefined && { fingerprint }) } });
    return {
      ...optionsForModel(model, options),
      reference: index,
      write: { ...write, ...files, tags: { ...write.tags, [RUN_TAG]: run } },
      run,
    };
  }));
}

/**
 * Restores every date of a series. In the names of output and picture, `{date}` stands for the day of
 * each date and `{name}` for the name of its file.
 *
 * Dates that an earlier call with the same model, options and input paths completed are skipped, unless
 * `overwrite` is set: then every date is restored.
 *
 * @throws {RangeError} If the names don't tell the dates apart, or as `restoreScene`.
 * @throws {OutputError} If one of the files exists and is of another call, is one of the inputs or can't
 *   be written. Nothing is written then.
 */
export async function restoreEvery(
  model: Model,
  { onDate = () => {}, onProgress, ...given }: RestoreEveryOptions,
): Promise<RestoredDates> {
  const options = await withItems(given);
  const { inputs, auxiliary = [], mask, write: { overwrite = false } } = options;
  const dates = await everyDate(model, options);
  await checkOutputs(dates.flatMap(outputPaths), {
    inputs: [
      ...inputs.map(({ path }) => path),
      ...auxiliary,
      ...(mask?.source === undefined ? [] : maskPaths(mask.source, inputs)),
    ],
    overwrite: true,
  });
  const complete: ScenePaths[] = [];
  const pending: typeof dates[number][] = [];
  for (const date of dates) {
    const files = outputPaths(date);
    await undoRenames(files[0]!, files.slice(1));
    if (!await areComplete(files, { run: date.run, overwrite }) || overwrite) pending.push(date);
    else {
      await clearScratches(files);
      complete.push(scenePaths(date));
    }
  }
  const images: RestoredScene[] = [];
  const shared: SharedPasses = { surveys: new Map(), comparisons: new Map() };
  for (const [i, { run: _, ...date }] of pending.entries()) {
    const result = await restoreDate(model, {
      ...date,
      // Existing files are of this call, which was interrupted, or may be replaced.
      write: { ...date.write, overwrite: true },
      ...(onProgress && {
        onProgress: ({ done, total, ...stage }) =>
          onProgress({ done: i * total + done, total: pending.length * total, ...stage }),
      }),
    }, shared);
    onDate(result);
    images.push(result);
  }
  return { images, complete };
}
