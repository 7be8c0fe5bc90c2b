/**
 * Creates Cloud-Optimized GeoTIFFs that are written row by row.
 *
 * @module
 */

import { checkOverwrite, openScratch } from "../files/mod.ts";
import { acquisitionTime } from "./acquisition_time.ts";
import type { CogHeader, WriteCogOptions } from "./cog_head.ts";
import { type CogWriter, type CogWriterOptions, StreamingCog } from "./cog_writer.ts";

function checkHeader(
  path: string,
  { width, height, bands, dtype }: CogHeader,
  { scales, offsets, units, acquired, classes }: WriteCogOptions,
): void {
  const count = bands.length;
  if (![width, height, count].every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new TypeError(
      `Cannot write ${path}: the raster must have rows, columns and bands, got ` +
        `${height}×${width}×${count}`,
    );
  }
  for (const [name, values] of Object.entries({ scales, offsets, units })) {
    if (values !== undefined && values.length !== count) {
      throw new TypeError(
        `Cannot write ${path}: there must be ${count} ${name}, one per band, got ${values.length}`,
      );
    }
  }
  if (classes !== undefined && (count !== 1 || dtype !== "uint8")) {
    throw new TypeError(
      `Cannot write ${path}: classes must be one band of uint8, got ${count} of ${dtype}`,
    );
  }
  if (acquired !== undefined) acquisitionTime(acquired);
}

/**
 * Creates a Cloud-Optimized GeoTIFF that is written row by row.
 *
 * Temporary files are in the folder `<path>.partial`; a folder that a killed run left is removed.
 * Tiles are compressed on up to 8 threads. {@linkcode cogMemory} estimates the memory.
 *
 * @param header Size, band names, pixel type, CRS, transform, nodata and tags.
 * @throws {OutputError} If the file exists and `overwrite` is not set, its folder is missing or
 *   cannot be written, or another run is writing it.
 * @throws {TypeError} If the size is not positive, the number of scales, offsets or units differs from
 *   the bands, classes are not one band of uint8, or the acquisition time is no ISO time.
 *
 * @example
 * ```ts
 * import { createCog } from "./create_cog.ts";
 * import { readRaster } from "./geotiff.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/image.tif`;
 * const writer = await createCog(path, { width: 3, height: 2, bands: ["B02"], dtype: "uint16" });
 * try {
 *   await writer.write(new Uint16Array([1, 2, 3]));
 *   await writer.write(new Uint16Array([4, 5, 6]));
 *   await writer.complete({ tags: { NOTE: "two rows" } });
 *   await writer.commit();
 * } finally {
 *   await writer.abort();
 * }
 * assertEquals((await readRaster(path)).data, new Uint16Array([1, 2, 3, 4, 5, 6]));
 * ```
 */
export async function createCog(
  path: string,
  header: CogHeader,
  options: CogWriterOptions = {},
): Promise<CogWriter> {
  checkHeader(path, header, options);
  await checkOverwrite(path, options);
  const scratch = await openScratch(path);
  const writer = new StreamingCog(path, { header, options, scratch });
  try {
    await writer.open();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return writer;
}
