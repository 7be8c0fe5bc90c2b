/**
 * Reads GeoTIFF files, local and remote, as a whole or by windows.
 *
 * @module
 */

import { InputError, type Raster } from "../core/mod.ts";
import { openByteSource, pathOf } from "../files/mod.ts";
import { readGeotiffHeader } from "./geotiff_header.ts";
import {
  type RasterFile,
  type ReadRasterOptions,
  readRequest,
  windowHeader,
} from "./raster_file.ts";
import { readBlocks } from "./tiff_blocks.ts";
import { openTiffFile, type TiffFile } from "./tiff_image.ts";

/** Options of {@linkcode openRaster}. */
export interface OpenRasterOptions {
  /**
   * Band names in order, for files without band descriptions. They also replace descriptions that
   * are not Sentinel-2 bands, such as "Gray".
   */
  readonly bandNames?: readonly string[];
}

/** Runs `work` and adds the file name to its errors. */
async function named<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Our own errors say how to fix the file; those of the decoder do not.
    const fix = error instanceof TypeError
      ? ""
      : "; download or copy it again, or rewrite it: gdal_translate IN OUT.tif";
    const message = `Cannot read raster ${file}: ${reason.split("\n")[0]}${fix}`;
    throw new InputError(message, { cause: error });
  }
}

/**
 * Opens a GeoTIFF; the caller closes it.
 *
 * @param source A path, or an `http(s):` address, of which only the necessary parts are fetched.
 * @throws {InputError} If the file is missing, is not a GeoTIFF, is truncated or damaged, has an
 *   unsupported pixel type, or describes other bands than `bandNames`.
 */
export async function openRaster(
  source: string | URL,
  options: OpenRasterOptions = {},
): Promise<RasterFile> {
  const name = pathOf(source);
  const bytes = await named(name, () => openByteSource(name));
  try {
    const file: TiffFile = await named(name, () => openTiffFile(bytes));
    const header = await named(name, () => readGeotiffHeader(file.image, options.bandNames));
    return {
      header,
      blockHeight: file.image.layout.blockHeight,
      async read(options = {}) {
        const request = readRequest(header, options, name);
        const { data } = await named(name, () => readBlocks(file.image, request));
        return { ...windowHeader(header, request), data };
      },
      close: () => Promise.resolve(bytes.close()),
    };
  } catch (error) {
    bytes.close();
    throw error;
  }
}

/**
 * Reads a GeoTIFF into memory.
 *
 * Band names come from GDAL's band descriptions. Without descriptions, 13 bands are taken as
 * Sentinel-2 L1C in the order of SEN12MS-CR, and others are named "1", "2", ….
 *
 * @param source A path or an address.
 * @returns Stored values [height, width, bands], not scaled; CRS keys unchanged.
 * @throws {InputError} If the file is missing, is not a GeoTIFF, or has an unsupported pixel type.
 * @throws {RangeError} If the window or a band is not in the file.
 */
export async function readRaster(
  source: string | URL,
  options: ReadRasterOptions = {},
): Promise<Raster> {
  const file = await openRaster(source);
  try {
    return await file.read(options);
  } finally {
    await file.close();
  }
}
