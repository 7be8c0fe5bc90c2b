/**
 * Opens raster files of every supported format.
 *
 * @module
 */

import { bandOfFileName } from "../core/mod.ts";
import { pathInAddress, pathOf } from "../files/mod.ts";
import { openRaster, type OpenRasterOptions } from "./geotiff.ts";
import { openJp2 } from "./jp2.ts";
import { openZarrArray } from "./zarr/open_zarr_array.ts";
import { splitZarrPath } from "./zarr/store.ts";
import type { RasterFile } from "./raster_file.ts";

/** Pattern of file names that can hold a band of a folder. */
export const IMAGE_FILE = /\.(?:tiff?|jp2)$/i;

/** True for the path of an array in a Zarr store. */
function isZarrArray(path: string): boolean {
  const split = splitZarrPath(path);
  return split !== undefined && split.inner !== "";
}

/**
 * Opens a GeoTIFF or JPEG 2000 file, or an array of a Zarr store; the caller closes it. A single band without a name is named by
 * the file, such as B02 by `T33UUP_…_B02_10m.jp2`.
 *
 * @throws {InputError} If the file cannot be read.
 */
export async function openImage(
  source: string | URL,
  options: OpenRasterOptions = {},
): Promise<RasterFile> {
  const path = pathOf(source);
  if (isZarrArray(path)) return await openZarrArray(path);
  const inside = pathInAddress(path);
  const open = /\.(?:jp2|j2k|jpx)$/i.test(inside) ? openJp2 : openRaster;
  const file = await open(path, options);
  const band = bandOfFileName(inside.split(/[\\/]/).at(-1)!);
  const nameless = options.bandNames === undefined && file.header.bands.join() === "1";
  if (!nameless || band === undefined) return file;
  const header = { ...file.header, bands: [band] };
  return {
    ...file,
    header,
    read: async (request = {}) => {
      const bands = request.bands?.map((name) => name === band ? 0 : name);
      return { ...await file.read({ ...request, ...(bands && { bands }) }), bands: [band] };
    },
  };
}
