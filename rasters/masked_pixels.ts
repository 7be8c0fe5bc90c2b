/**
 * Reads windows of a GeoTIFF with the validity of each pixel: its mask, in the file or beside it,
 * its alpha band, and what its compression marks as missing.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { RasterHeader, ReadRequest } from "./raster_file.ts";
import { windowHeader } from "./raster_file.ts";
import { readBlocks } from "./tiff_blocks.ts";
import type { TiffImage } from "./tiff_image.ts";
import { fillMasked, markMasked, missingValue, withValidity } from "./validity.ts";

/** An image and what marks its pixels as missing. */
export interface MaskedImage {
  readonly image: TiffImage;
  readonly header: RasterHeader;
  /** Masks of the size of the image, of one band or of as many, 0 where there is no data. */
  readonly masks: readonly TiffImage[];
  /** Index of the alpha band; undefined if there is none. */
  readonly alpha: number | undefined;
}

/**
 * Reads a window. Masked pixels hold the nodata value, else NaN, else 0.
 *
 * @returns Pixels, and `valid` if some are missing.
 */
export async function readMaskedPixels(
  { image, header, masks, alpha }: MaskedImage,
  request: ReadRequest,
): Promise<Raster> {
  const { window, indices } = request;
  const fill = missingValue(header);
  const { data, ...found } = await readBlocks(image, request, fill);
  let { valid } = found;
  const sources = [
    ...masks.map((mask) => ({
      mask,
      request: mask.layout.samples === 1 ? { window, indices: [0] } : request,
    })),
    ...(alpha === undefined ? [] : [{ mask: image, request: { window, indices: [alpha] } }]),
  ];
  for (const { mask, request } of sources) {
    const { data: values } = await readBlocks(mask, request, 0);
    if (!values.includes(0)) continue;
    fillMasked(data, values, { bands: indices.length, fill });
    valid ??= new Uint8Array(window.width * window.height).fill(1);
    markMasked(valid, values);
  }
  return withValidity({ ...windowHeader(header, request), data }, valid);
}
