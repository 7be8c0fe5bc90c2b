/**
 * Files that commands read: JSON, and images.
 *
 * @module
 */

import { InputError, parseJson, type Raster, shownAddress } from "../core/mod.ts";
import { readText } from "../files/mod.ts";
import { readBandFolder } from "../products/mod.ts";
import { readRaster } from "../rasters/mod.ts";

/** Reads a JSON file. @throws {TypeError} If it is not JSON; the message has the path. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return parseJson(text);
  } catch (error) {
    throw new TypeError(
      `Cannot read ${path}: it must be JSON, got ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Reads a GeoTIFF, or a folder with one per band. @throws {InputError} If it does not exist. */
export async function readScene(path: string): Promise<Raster> {
  const info = await Deno.stat(path).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`Cannot read ${path}: the file must exist`, { cause: error });
  });
  return info.isDirectory ? await readBandFolder(path) : await readRaster(path);
}

/** File name without folder and extension: `S2A_x` of `folder/S2A_x.tif`. */
export function stemOf(path: string): string {
  const name = shownAddress(path).replace(/[\\/]+$/, "").split(/[\\/]/).at(-1)!;
  return name.replace(/\.[^.]+$/, "");
}
