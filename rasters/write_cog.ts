/**
 * Writes images in memory as Cloud-Optimized GeoTIFFs.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { CogWriterOptions } from "./cog_writer.ts";
import { createCog } from "./create_cog.ts";

/**
 * Writes a Cloud-Optimized GeoTIFF with the raster's CRS, transform, nodata, band names and tags.
 *
 * The file appears under its name only when it is complete. Use {@linkcode createCog} for images
 * that are larger than memory.
 *
 * @throws {OutputError} If the file exists and `overwrite` is not set, or if it cannot be written.
 * @throws {TypeError} If the number or the type of the pixels differs from the raster's header.
 *
 * @example
 * ```ts
 * import { writeCog } from "./write_cog.ts";
 * import { readRaster } from "./geotiff.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".tif" });
 * const data = new Uint16Array([1, 2, 3, 4, 5, 6]);
 * await writeCog(path, { width: 3, height: 2, bands: ["B02"], dtype: "uint16", data }, {
 *   overwrite: true,
 * });
 * assertEquals((await readRaster(path)).data, data);
 * ```
 */
export async function writeCog(
  path: string,
  raster: Raster,
  options: CogWriterOptions = {},
): Promise<void> {
  const { data, ...header } = raster;
  const { width, height, bands } = raster;
  if (data.length !== width * height * bands.length) {
    throw new TypeError(
      `Cannot write ${path}: the raster must have ${height}×${width}×${bands.length} values, ` +
        `got ${data.length}`,
    );
  }
  const writer = await createCog(path, header, options);
  try {
    await writer.write(data);
    await writer.commit();
  } finally {
    await writer.abort();
  }
}
