/**
 * The mask that GDAL stores beside a raster as `NAME.tif.msk`, local or remote.
 *
 * @module
 */

import { type ByteSource, isAddress, openByteSource, openRemoteSibling } from "../files/mod.ts";
import { GDAL_METADATA, parseGdalMetadata } from "./gdal_metadata.ts";
import { textOf } from "./tiff_values.ts";
import { openTiffFile, type TiffImage } from "./tiff_image.ts";

/** An open mask; its owner closes `bytes`. */
export interface MaskFile {
  readonly mask: TiffImage;
  readonly bytes: ByteSource;
}

const SUFFIX = ".msk";
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

/** First bytes of a TIFF of either byte order. */
const TIFF_START: readonly string[] = ["II*\0", "II+\0", "MM\0*", "MM\0+"];

/** Opens what may be the mask; undefined if there is none, or a server answers with something else. */
async function openBeside(name: string): Promise<ByteSource | undefined> {
  if (!isAddress(name)) {
    return await isFile(`${name}${SUFFIX}`) ? await openByteSource(`${name}${SUFFIX}`) : undefined;
  }
  const bytes = await openRemoteSibling(name, SUFFIX);
  const start = await bytes?.read(0, 4);
  return TIFF_START.includes(new TextDecoder("latin1").decode(start)) ? bytes : undefined;
}

/**
 * Opens the mask beside a raster; undefined if there is none, or a file that GDAL does not take for
 * a mask. Of an address, the server is asked for it once, unless it is signed; servers that answer
 * with a page have none.
 *
 * @throws {TypeError} If the mask cannot be read.
 */
export async function openMaskFile(name: string): Promise<MaskFile | undefined> {
  const path = `${name}${SUFFIX}`;
  let bytes: ByteSource | undefined;
  try {
    bytes = await openBeside(name);
    if (bytes === undefined) return undefined;
    const { image: mask } = await openTiffFile(bytes);
    if (await isMask(mask)) return { mask, bytes };
    bytes.close();
    return undefined;
  } catch (error) {
    bytes?.close();
    throw new TypeError(`its mask ${path} must be readable: ${(error as Error).message}`);
  }
}
