/**
 * One TIFF tile: predictor, then DEFLATE.
 *
 * @module
 */

import { promisify } from "node:util";
import { deflate } from "node:zlib";
import type { DataType, PixelArray } from "../core/mod.ts";

const deflateAsync = promisify<Uint8Array, { level: number }, Uint8Array>(deflate);
const LEVEL = 6;

/** The TIFF predictor of a pixel type: 2 (horizontal differences) or 3 (floating point). */
export function predictorOf(dtype: DataType): 2 | 3 {
  return dtype === "float32" || dtype === "float64" ? 3 : 2;
}

/** Replaces each sample by its difference to the pixel on its left (TIFF 6.0, section 14). */
function differences(tile: PixelArray, { row, stride }: { row: number; stride: number }): void {
  for (let first = 0; first < tile.length; first += row) {
    for (let i = first + row - 1; i >= first + stride; i--) tile[i]! -= tile[i - stride]!;
  }
}

/**
 * Rows as planes of bytes, most significant first, then byte differences (Adobe TIFF Technical
 * Note 3).
 */
function floatDifferences(
  tile: PixelArray,
  { row, stride }: { readonly row: number; readonly stride: number },
): Uint8Array {
  const size = tile.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(tile.buffer, tile.byteOffset, tile.byteLength);
  const out = new Uint8Array(bytes.length);
  for (let first = 0; first < out.length; first += row * size) {
    for (let i = 0; i < row; i++) {
      for (let b = 0; b < size; b++) {
        out[first + (size - 1 - b) * row + i] = bytes[first + i * size + b]!;
      }
    }
    for (let i = first + row * size - 1; i >= first + stride; i--) out[i]! -= out[i - stride]!;
  }
  return out;
}

/**
 * The compressed bytes of a tile, little-endian.
 *
 * @param tile Pixels [side, side, bands]; changed in place by the predictor.
 */
export async function encodeTile(
  tile: PixelArray,
  { side, bands, dtype }: {
    readonly side: number;
    readonly bands: number;
    readonly dtype: DataType;
  },
): Promise<Uint8Array> {
  const shape = { row: side * bands, stride: bands };
  if (predictorOf(dtype) === 3) {
    return await deflateAsync(floatDifferences(tile, shape), { level: LEVEL });
  }
  differences(tile, shape);
  const bytes = new Uint8Array(tile.buffer, tile.byteOffset, tile.byteLength);
  return await deflateAsync(bytes, { level: LEVEL });
}
