/**
 * Reads GeoTIFF files, local and remote, as a whole or by windows.
 *
 * @module
 */

import { InputError, type PixelArray, type Raster } from "../core/mod.ts";
import { openByteSource, pathOf } from "../files/mod.ts";
import { readGeotiffHeader } from "./geotiff_header.ts";
import {
  type RasterFile,
  type RasterHeader,
  type ReadRasterOptions,
  type ReadRequest,
  readRequest,
  windowHeader,
} from "./raster_file.ts";
import { readBlocks } from "./tiff_blocks.ts";
import { blockDecoder, type GeoTIFFImage, openTiffImage } from "./tiff_image.ts";

/** Options of {@linkcode openRaster}. */
export interface OpenRasterOptions {
  /**
   * Band names in order, for files without band descriptions. They also replace descriptions that
   * are not Sentinel-2 bands, such as "Gray".
   */
  readonly bandNames?: readonly string[];
  /** Value of missing pixels in products that use one and state none, such as Theia's −10000. */
  readonly nodata?: number;
}

async function readPixels(
  image: GeoTIFFImage,
  header: RasterHeader,
  request: ReadRequest,
): Promise<Raster> {
  const plain = windowHeader(header, request);
  const decoder = await blockDecoder(image);
  if (decoder === undefined) {
    const { window: { column, row, width, height }, indices } = request;
    const pixels = await image.readRasters({
      interleave: true,
      window: [column, row, column + width, row + height],
      samples: [...indices],
    });
    return { ...plain, data: pixels as unknown as PixelArray };
  }
  const data = await readBlocks({
    width: header.width,
    height: header.height,
    blockWidth: image.getTileWidth(),
    blockHeight: image.getTileHeight(),
    samples: header.bands.length,
    separate: image.planarConfiguration === 2,
    dtype: header.dtype,
    block: async (x, y, sample) => (await image.getTileOrStrip(x, y, sample, decoder)).data,
  }, request);
  return { ...plain, data };
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
    const image = await named(name, () => openTiffImage(bytes));
    const header = await named(name, () => readGeotiffHeader(image, options));
    return {
      header,
      blockHeight: Math.max(1, image.getTileHeight()),
      async read(options = {}) {
        const request = readRequest(header, options, name);
        return await named(name, () => readPixels(image, header, request));
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
