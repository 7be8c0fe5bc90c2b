/**
 * Listings of folders and the parts of file names.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";

/** Names in a folder in code unit order, without hidden files and the sidecar files of GDAL. */
export interface FolderNames {
  /** Names of the files. */
  readonly files: readonly string[];
  /** Names of the subfolders, with links to folders. */
  readonly folders: readonly string[];
}

/**
 * Statistics and overviews that GDAL writes next to an image, and files of the operating system.
 */
const SIDECAR = /^\.|\.aux\.xml$|\.ovr$|^(?:Thumbs\.db|desktop\.ini)$/i;

/** True for hidden files, such as `._B02.tif` and `.DS_Store` of macOS, and for sidecar files. */
export function isHidden(name: string): boolean {
  return SIDECAR.test(name);
}

const NOTHING: FolderNames = { files: [], folders: [] };

/**
 * Lists a folder; undefined if it does not exist.
 *
 * @throws {InputError} If the folder cannot be read.
 */
export async function findFolder(path: string): Promise<FolderNames | undefined> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(path)) {
      if (isHidden(name)) continue;
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

/** Lists a folder; empty if it does not exist. */
export async function namesIn(path: string): Promise<FolderNames> {
  return await findFolder(path) ?? NOTHING;
}

/**
 * Lists a folder of a dataset that must exist.
 *
 * @param holds The expected content, for the error message.
 * @throws {InputError} If the folder does not exist.
 */
export async function listFolder(path: string, holds: string): Promise<FolderNames> {
  const names = await findFolder(path);
  if (names !== undefined) return names;
  throw new InputError(`Cannot use the dataset: the folder ${path} must exist and hold ${holds}`);
}

/** The path without trailing slashes. */
export function withoutSlash(path: string): string {
  return path.replace(/(?<=.)[\\/]+$/, "");
}

/** File name without folder and extension: `a/b_0.tif` → `b_0`. */
export function stemOf(path: string): string {
  return path.split(/[\\/]/).at(-1)!.replace(/\.[^.]+$/, "");
}

/** Pattern of GeoTIFF file names. */
export const TIFF_FILE = /\.tiff?$/i;
