/**
 * Real clouds of folders of cloudy images.
 *
 * @module
 */

import { InputError, normalizeBand } from "../core/mod.ts";
import { findFolder, namesIn, TIFF_FILE } from "../files/mod.ts";
import { readRaster } from "../rasters/mod.ts";
import { type RealCloud, realCloud } from "../synthetic/mod.ts";

/**
 * Reads the clouds of every GeoTIFF of the folders; images with less than 3 % of cloud are left out.
 *
 * @throws {InputError} If a folder is missing or holds no cloudy GeoTIFF, or an image lacks bands.
 */
export async function readRealClouds(
  folders: readonly string[],
  { bands, reflectanceScale }: {
    /** Bands of the clouds. */
    readonly bands: readonly string[];
    /** Stored value of reflectance 1. Default that of the files. */
    readonly reflectanceScale?: number | undefined;
  },
): Promise<readonly RealCloud[]> {
  const clouds: RealCloud[] = [];
  for (const folder of folders) {
    if (await findFolder(folder) === undefined) {
      throw new InputError(`Cannot use the clouds of ${folder}: the folder must exist`);
    }
    const names = (await namesIn(folder)).files.filter((name) => TIFF_FILE.test(name));
    const before = clouds.length;
    for (const name of names) {
      const raster = await readRaster(`${folder}/${name}`);
      const own = raster.bands.map(normalizeBand);
      const lacking = [...bands, "B02", "B03", "B04"].filter((band) =>
        !own.includes(normalizeBand(band))
      );
      if (lacking.length > 0) {
        throw new InputError(
          `Cannot use the clouds of ${folder}/${name}: it must have the bands ` +
            `${bands.join(", ")}, got ${raster.bands.join(", ")}`,
        );
      }
      const cloud = realCloud({ ...raster, reflectanceScale }, bands);
      if (cloud !== undefined) clouds.push(cloud);
    }
    if (clouds.length === before) {
      throw new InputError(
        `Cannot use the clouds of ${folder}: it must hold GeoTIFFs with clouds, got ` +
          `${names.length} without`,
      );
    }
  }
  return clouds;
}
