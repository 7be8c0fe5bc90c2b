/**
 * Checks that files can be written, before anything is computed.
 *
 * @module
 */

import { basename, dirname, resolve } from "node:path";
import { bandOfFileName, OutputError } from "../core/mod.ts";
import { checkOverwrite, makeFolderOf, openScratch, pathOf } from "../files/mod.ts";

/** Options of {@linkcode checkOutputs}. */
export interface CheckOutputsOptions {
  /** Paths and addresses of all inputs. */
  readonly inputs: readonly string[];
  /** Allows files that exist already. */
  readonly overwrite: boolean;
}

/** A path with its real location and its file on disk. */
interface Location {
  readonly path: string;
  readonly real: string;
  readonly isFolder: boolean;
  readonly file?: string;
}

async function locationOf(path: string): Promise<Location> {
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
    // Hard links are several names of one file.
    ...(info?.ino && { file: `${info.dev}:${info.ino}` }),
  };
}

function isRemote(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

function isSame(a: Location, b: Location): boolean {
  return a.real === b.real || (a.file !== undefined && a.file === b.file);
}

/** Returns true if a file would be a band of an input folder. */
function isBandOf(file: Location, folder: Location): boolean {
  return folder.isFolder && file.real.startsWith(`${folder.real}/`) &&
    bandOfFileName(basename(file.real)) !== undefined;
}

/**
 * Checks the files to write: distinct names, none of them an input or a band of an input folder, none
 * that exists already.
 *
 * @throws {OutputError} If one of them can't be written. Nothing is written then.
 */
export async function checkOutputs(
  files: readonly string[],
  { inputs, overwrite }: CheckOutputsOptions,
): Promise<void> {
  const read = await Promise.all(inputs.filter((path) => !isRemote(path)).map(locationOf));
  const locations: Location[] = [];
  for (const path of files) {
    if (isRemote(path)) {
      throw new OutputError(
        `Cannot write ${path}: it must be a path, got an address; write it here and upload it`,
      );
    }
    if (/\.zarr\/*$/i.test(path)) {
      throw new OutputError(
        `Cannot write ${path}: an image must be a GeoTIFF here, got a Zarr store; emrdm restore and ` +
          "emrdm composite write one of a scene (--out cube.zarr), writeCube one of images",
      );
    }
    const location = await locationOf(path);
    const input = read.find((one) => isSame(location, one) || isBandOf(location, one));
    if (input !== undefined && !location.isFolder) {
      throw new OutputError(
        `Cannot write ${path}: it must not be one of the inputs, got ` +
          (isSame(location, input) ? input.path : `the name of a band in ${input.path}`) +
          "; choose another name",
      );
    }
    if (locations.some((other) => other.real === location.real)) {
      throw new OutputError(
        `Cannot write ${path}: each file must have a name of its own, got this one twice; choose ` +
          "another name",
      );
    }
    locations.push(location);
    await checkOverwrite(path, { overwrite });
  }
}

/**
 * Checks that outputs are no assets of the items that are read, which are known only once the items are
 * open.
 *
 * @throws {OutputError} If one is.
 */
export async function checkParts(
  files: readonly string[],
  inputs: readonly { readonly parts?: readonly string[] }[],
): Promise<void> {
  const parts = inputs.flatMap(({ parts = [] }) => parts);
  if (parts.length > 0) await checkOutputs(files, { inputs: parts, overwrite: true });
}

/**
 * Creates the folders of files that are about to be written.
 *
 * @throws {OutputError} If one can't be created; the message names the file.
 */
export async function makeFoldersOf(files: readonly string[]): Promise<void> {
  for (const path of files) await makeFolderOf(path);
}

/** Checks that a file can be written, by creating a scratch file. @throws {OutputError} If it can't. */
export async function checkWritable(path: string): Promise<void> {
  await (await openScratch(path)).remove();
}
