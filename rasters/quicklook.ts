/**
 * Pictures of rasters for display.
 *
 * @module
 */

import { bandIndex, normalizeBand, type Raster } from "../core/mod.ts";
import type { Picture } from "./png.ts";

/** Options of {@linkcode quicklook}. */
export interface QuicklookOptions {
  /**
   * One band (grey) or three (red, green, blue). Default B04, B03, B02, or else the first bands.
   */
  readonly bands?: readonly string[];
  /** Stored value shown as black. Default 0. */
  readonly low?: number;
  /** Stored value shown as white. Default 3000, for uint8 rasters 255. */
  readonly high?: number;
  /** Exponent of the brightness curve: shown = linear^gamma. Default 1. */
  readonly gamma?: number;
}

const TRUE_COLOUR: readonly string[] = ["B04", "B03", "B02"];

function defaultBands({ bands }: Raster): readonly string[] {
  if (TRUE_COLOUR.every((band) => bands.includes(band))) return TRUE_COLOUR;
  return bands.slice(0, bands.length < 3 ? 1 : 3);
}

/**
 * Renders one or three bands as an 8-bit picture.
 *
 * @throws {RangeError} If the raster lacks a band, or if neither one nor three bands are named.
 */
export function quicklook(raster: Raster, options: QuicklookOptions = {}): Picture {
  const { low = 0, high = raster.dtype === "uint8" ? 255 : 3000, gamma = 1 } = options;
  const names = (options.bands ?? defaultBands(raster)).map(normalizeBand);
  const channels = names.length;
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`Cannot draw the raster: there must be 1 or 3 bands, got ${channels}`);
  }
  const indices = names.map((name) => bandIndex(raster, name));
  const data = new Uint8Array(raster.width * raster.height * channels);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels) * raster.bands.length;
    const value = (raster.data[pixel + indices[i % channels]!]! - low) / (high - low);
    data[i] = Math.round(255 * Math.min(Math.max(value, 0), 1) ** gamma);
  }
  return { width: raster.width, height: raster.height, channels, data };
}

/**
 * Places pictures side by side, such as before and after, with a white gap between them.
 *
 * @param pictures Pictures of one height; grey ones become RGB.
 * @throws {RangeError} If there are no pictures or their heights differ.
 */
export function joinPictures(
  pictures: readonly Picture[],
  { gap = 4 }: { readonly gap?: number } = {},
): Picture {
  const height = pictures[0]?.height ?? 0;
  if (height === 0 || pictures.some((picture) => picture.height !== height)) {
    throw new RangeError(
      `Cannot join pictures: they must have one height, got ${
        pictures.map((picture) => picture.height).join(", ") || "none"
      }`,
    );
  }
  const width = pictures.reduce((sum, picture) => sum + picture.width, gap * (pictures.length - 1));
  const data = new Uint8Array(width * height * 3).fill(255);
  let left = 0;
  for (const picture of pictures) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < picture.width; x++) {
        const from = (y * picture.width + x) * picture.channels;
        const to = (y * width + left + x) * 3;
        for (let c = 0; c < 3; c++) {
          data[to + c] = picture.data[from + (picture.channels === 3 ? c : 0)]!;
        }
      }
    }
    left += picture.width + gap;
  }
  return { width, height, channels: 3, data };
}
