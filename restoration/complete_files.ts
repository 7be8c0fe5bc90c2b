/**
 * Files that an earlier call with the same model and options has completed, recognised by their tag.
 *
 * @module
 */

import { InputError, OutputError, parseJson } from "../core/mod.ts";
import { clearScratch, readText, readWhole } from "../files/mod.ts";
import { decodePng, openRaster } from "../rasters/mod.ts";
import { RUN_TAG } from "./scene_run.ts";

/** Largest picture that is looked at, in bytes. */
const MOST_BYTES = 2 ** 29;

/** Property of an item that identifies the run. */
const RUN_PROPERTY = "emrdm:run";
/** Properties of an item. */
type Properties = Readonly<Record<string, string>>;

/** Run that made a file; undefined if it isn't one of ours. */
async function runIn(path: string): Promise<string | undefined> {
  if (/\.png$/i.test(path)) {
    try {
      return decodePng(await readWhole(path, { limit: MOST_BYTES })).text?.[RUN_TAG];
    } catch {
      // Not a PNG of ours.
      return undefined;
    }
  }
  if (/\.json$/i.test(path)) {
    try {
      const { properties } = parseJson(await readText(path)) as { properties?: Properties };
      return properties?.[RUN_PROPERTY];
    } catch {
      // Not an item of ours.
      return undefined;
    }
  }
  try {
    const file = await openRaster(path);
    await file.close();
    return file.header.tags?.[RUN_TAG];
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/**
 * Returns true if all files of a scene exist and were made by a run. Only some do after an interruption
 * while the files were being renamed.
 *
 * @throws {OutputError} If a file is of another run and must not be overwritten.
 */
export async function areComplete(
  files: readonly string[],
  { run, overwrite }: { readonly run: string; readonly overwrite: boolean },
): Promise<boolean> {
  let complete = true;
  for (const path of files) {
    // A file that can't be examined can't be written either; the write reports why.
    const there = await Deno.lstat(path).then(() => true, () => false);
    if (there && await runIn(path) === run) continue;
    complete = false;
    if (!there || overwrite) continue;
    throw new OutputError(
      `Cannot write ${path}: it must be free or from a run with the same options, got another ` +
        "file; choose another name or allow it to be overwritten (--overwrite)",
    );
  }
  return complete;
}

/** Removes the scratch files that an interruption after the last rename leaves next to complete files. */
export async function clearScratches(files: readonly string[]): Promise<void> {
  for (const path of files) await clearScratch(path);
}
