/**
 * Reading what a command is pointed at, and making room for what it writes.
 *
 * @module
 */

import { InputError, type Raster } from "../core/mod.ts";
import { readBandFolder } from "../products/mod.ts";
import { readRaster } from "../rasters/mod.ts";

/** A JSON file. @throws {TypeError} If it is no JSON; the message has the path. */
export async function readJson(path: string): Promise<unknown> {
  const text = await Deno.readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TypeError(
      `Cannot read ${path}: it must be JSON (${error instanceof Error ? error.message : error})`,
    );
  }
}

/** A GeoTIFF, or a folder with one GeoTIFF per band. @throws {InputError} If it is not there. */
export async function readScene(path: string): Promise<Raster> {
  const info = await Deno.stat(path).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`Cannot read ${path}: the file must exist`, { cause: error });
  });
  return info.isDirectory ? await readBandFolder(path) : await readRaster(path);
}

/** `folder/S2A_x.tif` → `S2A_x`. */
export function stemOf(path: string): string {
  const name = path.replace(/[\\/]+$/, "").split(/[\\/]/).at(-1)!;
  return name.replace(/\.[^.]+$/, "");
}
