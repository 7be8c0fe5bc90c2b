/**
 * Whether files can be written, asked before anything is computed.
 *
 * @module
 */

import { basename, dirname, resolve } from "node:path";
import { bandOfFileName, OutputError } from "../core/mod.ts";
import { checkOverwrite, openScratch, pathOf } from "../files/mod.ts";

/** What is read and what may be replaced. */
export interface CheckOutputsOptions {
  /** Paths and addresses of everything that is read. */
  readonly inputs: readonly string[];
  readonly overwrite: boolean;
}

/** What is known of a path: where it really is, and which file of the disk. */
interface Place {
  readonly path: string;
  readonly real: string;
  readonly isFolder: boolean;
  readonly file?: string;
}

async function placeOf(path: string): Promise<Place> {
  const local = pathOf(path);
  const real = await Deno.realPath(local).catch(async () => {
    const folder = await Deno.realPath(dirname(local)).catch(() => resolve(dirname(local)));
    return `${folder.replace(/\/$/, "")}/${basename(local)}`;
  });
  const info = await Deno.stat(local).catch(() => undefined);
  return {
    path,
    real,
    isFolder: info?.isDirectory ?? false,
    // Hard links are one file under several names.
    ...(info?.ino && { file: `${info.dev}:${info.ino}` }),
  };
}

function isRemote(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

function isSame(a: Place, b: Place): boolean {
  return a.real === b.real || (a.file !== undefined && a.file === b.file);
}

/** Whether a file would be a band of a folder that is read. */
function isBandOf(file: Place, folder: Place): boolean {
  return folder.isFolder && file.real.startsWith(`${folder.real}/`) &&
    bandOfFileName(basename(file.real)) !== undefined;
}

/**
 * Checks the files that will be written: each by a name of its own, none of them an input or a band of
 * an input's folder, none in the way.
 *
 * @throws {OutputError} If one of them cannot be written so. Nothing is written then.
 */
export async function checkOutputs(
  files: readonly string[],
  { inputs, overwrite }: CheckOutputsOptions,
): Promise<void> {
  const read = await Promise.all(inputs.filter((path) => !isRemote(path)).map(placeOf));
  const places: Place[] = [];
  for (const path of files) {
    if (isRemote(path)) {
      throw new OutputError(
        `Cannot write ${path}: it must be a path, got an address; write it here and upload it`,
      );
    }
    const place = await placeOf(path);
    const input = read.find((one) => isSame(place, one) || isBandOf(place, one));
    if (input !== undefined && !place.isFolder) {
      throw new OutputError(
        `Cannot write ${path}: it must not be one of the inputs, got ` +
          (isSame(place, input) ? input.path : `the name of a band in ${input.path}`) +
          "; choose another name",
      );
    }
    if (places.some((other) => other.real === place.real)) {
      throw new OutputError(
        `Cannot write ${path}: each file must have a name of its own, got this one twice; choose ` +
          "another name",
      );
    }
    places.push(place);
    const folder = dirname(pathOf(path));
    if (await Deno.stat(folder).then(() => false, (e) => e instanceof Deno.errors.NotFound)) {
      throw new OutputError(`Cannot write ${path}: the folder ${folder} must exist; create it`);
    }
    await checkOverwrite(path, { overwrite });
  }
}

/** Shows whether a file can be written, by what writing it begins with. @throws {OutputError} If not. */
export async function checkWritable(path: string): Promise<void> {
  await (await openScratch(path)).remove();
}
