/**
 * Reads GeoTIFF files, local and remote, as a whole or by windows.
 *
 * @module
 */

import { InputError, namedCommand, type Raster } from "../core/mod.ts";
import { type ByteSource, openByteSource, pathOf } from "../files/mod.ts";
import { type AuxFile, readAuxFile } from "./aux_file.ts";
import { ALPHA_NAME } from "./band_names.ts";
import { readGeotiffHeader } from "./geotiff_header.ts";
import { type MaskFile, openMaskFile } from "./mask_file.ts";
import { type MaskedImage, readMaskedPixels } from "./masked_pixels.ts";
import { type RasterFile, type ReadRasterOptions, readRequest } from "./raster_file.ts";
import { readWorldFile } from "./world_file.ts";
import { checkMaskSize, openTiffFile, type TiffImage } from "./tiff_image.ts";

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
    const why = namedCommand(`${reason.split("\n")[0]}${fix}`, file);
    throw new InputError(`Cannot read raster ${file}: ${why}`, { cause: error });
  }
}

/** Opens the image, its header and its masks. */
async function openMasked(
  bytes: ByteSource,
  { name, beside, aux, options }: {
    readonly name: string;
    readonly beside: TiffImage | undefined;
    readonly aux: AuxFile | undefined;
    readonly options: OpenRasterOptions;
  },
): Promise<MaskedImage> {
  const { image, mask } = await openTiffFile(bytes);
  const own = await readGeotiffHeader(image, { ...options, beside: aux });
  const world = own.transform === undefined ? await readWorldFile(name) : undefined;
  const stated = world === undefined ? own : { ...own, transform: world };
  const masks = [mask, beside].filter((one) => one !== undefined);
  for (const one of masks) checkMaskSize(one, image);
  const { alpha } = image.layout;
  const isAlpha = alpha !== undefined && stated.bands[alpha]!.toLowerCase() === ALPHA_NAME;
  const header = masks.length > 0 || isAlpha ? { ...stated, masked: true } : stated;
  return { image, header, masks, alpha: isAlpha ? alpha : undefined };
}

/**
 * Opens a GeoTIFF; the caller closes it.
 *
 * A read marks pixels as missing (`valid`) where every band is nodata or NaN, a mask or the alpha
 * band is 0, or the compression says so. The mask can be in the file or in `NAME.tif.msk`.
 *
 * @param source A path, or an `http(s):` address, of which only the necessary parts are fetched.
 * @throws {InputError} If the file is missing, is not a GeoTIFF, is truncated or damaged, holds
 *   several images, is stored in a way that is not read as GDAL reads it, or describes other bands
 *   than `bandNames`.
 */
export async function openRaster(
  source: string | URL,
  options: OpenRasterOptions = {},
): Promise<RasterFile> {
  const name = pathOf(source);
  const bytes = await named(name, () => openByteSource(name));
  let beside: MaskFile | undefined;
  const close = () => {
    bytes.close();
    beside?.bytes.close();
  };
  try {
    const masked = await named(name, async () => {
      const [mask, aux] = await Promise.allSettled([openMaskFile(name), readAuxFile(name)]);
      if (mask.status === "rejected") throw mask.reason;
      beside = mask.value;
      if (aux.status === "rejected") throw aux.reason;
      return await openMasked(bytes, { name, beside: beside?.mask, aux: aux.value, options });
    });
    const { header, image } = masked;
    return {
      header,
      blockHeight: image.layout.blockHeight,
      async read(options = {}) {
        const request = readRequest(header, options, name);
        return await named(name, () => readMaskedPixels(masked, request));
      },
      close: () => Promise.resolve(close()),
    };
  } catch (error) {
    close();
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
