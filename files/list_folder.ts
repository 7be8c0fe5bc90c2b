/**
 * What a folder holds, by name.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";

/** Names in a folder, sorted by code units; hidden ones and what GDAL puts beside images are left out. */
export interface FolderNames {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** Statistics and overviews that GDAL writes beside an image, and what systems leave in folders. */
const BESIDE = /^\.|\.aux\.xml$|\.ovr$|^(?:Thumbs\.db|desktop\.ini)$/i;

const NOTHING: FolderNames = { files: [], folders: [] };

/** Names in a folder; undefined if there is none. @throws {InputError} If it cannot be read. */
export async function findFolder(path: string): Promise<FolderNames | undefined> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(path)) {
      if (BESIDE.test(name)) continue;
      const folder = isSymlink
        ? await Deno.stat(`${path}/${name}`).then((info) => info.isDirectory, () => false)
        : isDirectory;
      (folder ? folders : files).push(name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw new InputError(`Cannot read the folder ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return { files: files.sort(), folders: folders.sort() };
}

/** Names in a folder, none if there is no such folder. */
export async function namesIn(path: string): Promise<FolderNames> {
  return await findFolder(path) ?? NOTHING;
}

/** @throws {InputError} If there is no such folder; the message says what it should hold. */
export async function listFolder(path: string, holds: string): Promise<FolderNames> {
  const names = await findFolder(path);
  if (names !== undefined) return names;
  throw new InputError(`Cannot use the dataset: the folder ${path} must exist and hold ${holds}`);
}

/** A path without trailing slashes. */
export function withoutSlash(path: string): string {
  return path.replace(/(?<=.)[\\/]+$/, "");
}

/** `a/b_0.tif` → `b_0`. */
export function stemOf(path: string): string {
  return path.split(/[\\/]/).at(-1)!.replace(/\.[^.]+$/, "");
}

/** Names of GeoTIFFs. */
export const TIFF_FILE = /\.tiff?$/i;
