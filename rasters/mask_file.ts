/**
 * The mask that GDAL stores beside a raster as `NAME.tif.msk`.
 *
 * @module
 */

import { type ByteSource, isAddress, openByteSource } from "../files/mod.ts";
import { GDAL_METADATA, parseGdalMetadata } from "./gdal_metadata.ts";
import { textOf } from "./tiff_values.ts";
import { openTiffFile, type TiffImage } from "./tiff_image.ts";

/** An open mask; its owner closes `bytes`. */
export interface MaskFile {
  readonly mask: TiffImage;
  readonly bytes: ByteSource;
}

/** The item in which GDAL states what the mask of the first band is; GDAL ignores files without it. */
const FLAGS = "INTERNAL_MASK_FLAGS_1";

async function isMask({ directory }: TiffImage): Promise<boolean> {
  const { tags } = parseGdalMetadata(await textOf(directory, GDAL_METADATA) ?? "");
  return Object.hasOwn(tags, FLAGS);
}

/** True if the path names a file. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new TypeError(
      `its mask ${path}, if there is one, must be readable, got no permission; add ` +
        `--allow-read=${path}`,
    );
  }
}

/**
 * Opens the mask beside a raster; undefined if there is none, or a file that GDAL does not take for
 * a mask. Addresses are not asked for one: servers take long to deny it,
 * and rasters made for them hold their masks.
 *
 * @throws {TypeError} If the mask cannot be read.
 */
export async function openMaskFile(name: string): Promise<MaskFile | undefined> {
  const path = `${name}.msk`;
  if (isAddress(name) || !await isFile(path)) return undefined;
  const bytes = await openByteSource(path);
  try {
    const { image: mask } = await openTiffFile(bytes);
    if (await isMask(mask)) return { mask, bytes };
    bytes.close();
    return undefined;
  } catch (error) {
    bytes.close();
    throw new TypeError(`its mask ${path} must be readable: ${(error as Error).message}`);
  }
}
