/**
 * Cloud shapes of a folder of class masks.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { findFolder, namesIn, TIFF_FILE } from "../files/mod.ts";
import { readRaster } from "../rasters/mod.ts";
import { type CloudShape, cloudShape } from "../synthetic/mod.ts";

/**
 * Reads the clouds of every mask of a folder, by name.
 *
 * @throws {InputError} If the folder is missing or holds no GeoTIFF.
 */
export async function readShapes(folder: string): Promise<readonly CloudShape[]> {
  if (await findFolder(folder) === undefined) {
    throw new InputError(`Cannot use the masks of ${folder}: the folder must exist`);
  }
  const names = (await namesIn(folder)).files.filter((name) => TIFF_FILE.test(name));
  if (names.length === 0) {
    throw new InputError(`Cannot use the masks of ${folder}: it must hold GeoTIFFs, got none`);
  }
  const rasters = await Promise.all(names.map((name) => readRaster(`${folder}/${name}`)));
  return rasters.map((raster) => cloudShape(raster));
}
