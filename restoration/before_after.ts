/**
 * Before/after pictures.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { joinPictures, quicklook, type QuicklookOptions, writePng } from "../rasters/mod.ts";

/**
 * Writes a PNG with rasters side by side, all with the same stretch.
 *
 * @throws {TypeError} If the file exists and `overwrite` is not set.
 * @throws {RangeError} If the heights differ.
 */
export async function writeBeforeAfter(
  path: string,
  { before, after, overwrite = false, text, ...look }: {
    /** One raster, or several from left to right. */
    readonly before: Raster | readonly Raster[];
    readonly after: Raster;
    readonly overwrite?: boolean;
    /** PNG texts by keyword. */
    readonly text?: Readonly<Record<string, string>>;
  } & QuicklookOptions,
): Promise<void> {
  const rasters = [...("data" in before ? [before] : before), after];
  const sheet = joinPictures(rasters.map((raster) => quicklook(raster, look)));
  await writePng(path, { ...sheet, ...(text && { text }) }, { overwrite });
}
