/**
 * Encoder of TIFF tiles: predictor, then DEFLATE.
 *
 * @module
 */

import { deflateSync } from "node:zlib";
import { type DataType, type PixelArray, pixelArray } from "../core/mod.ts";
import { unifyNaNs } from "./unify_nans.ts";

/** Options of zlib. */
interface DeflateOptions {
  readonly level: number;
  /** Memory for the output, in bytes. */
  readonly chunkSize: number;
}

const LEVEL = 6;
/** Largest growth by DEFLATE: incompressible data is stored with 5 more bytes per 16 KiB. */
const GROWTH = 1.001;

/** Size and pixel type of a tile. */
export interface TileShape {
  readonly side: number;
  readonly bands: number;
  readonly dtype: DataType;
}

/** The TIFF predictor of a pixel type: 2 (horizontal differences) or 3 (floating point). */
export function predictorOf(dtype: DataType): 2 | 3 {
  return dtype === "float32" || dtype === "float64" ? 3 : 2;
}

/** Options of zlib: one chunk for the whole output, as joining chunks takes memory and time. */
export function deflateOptions({ side, bands, dtype }: TileShape): DeflateOptions {
  const bytes = side * side * bands * pixelArray(dtype, 1).byteLength;
  return { level: LEVEL, chunkSize: Math.ceil(bytes * GROWTH) + 64 };
}

/** A view of the bytes of a tile. */
function bytesOf({ buffer, byteOffset, byteLength }: PixelArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Replaces each sample by its difference from the pixel on its left (TIFF 6.0, section 14). */
function differences(tile: PixelArray, { row, stride }: { row: number; stride: number }): void {
  for (let first = 0; first < tile.length; first += row) {
    for (let i = first + row - 1; i >= first + stride; i--) tile[i]! -= tile[i - stride]!;
  }
}

/**
 * Reorders each row into planes of bytes, most significant first, and takes differences of the
 * bytes, in place (Adobe TIFF Technical Note 3).
 */
function floatDifferences(
  tile: PixelArray,
  { row, stride }: { readonly row: number; readonly stride: number },
): void {
  const size = tile.BYTES_PER_ELEMENT;
  const bytes = bytesOf(tile);
  const planes = new Uint8Array(row * size);
  for (let first = 0; first < bytes.length; first += row * size) {
    for (let i = 0; i < row; i++) {
      for (let b = 0; b < size; b++) {
        planes[(size - 1 - b) * row + i] = bytes[first + i * size + b]!;
      }
    }
    for (let i = row * size - 1; i >= stride; i--) planes[i]! -= planes[i - stride]!;
    bytes.set(planes, first);
  }
}

/**
 * Applies the predictor to a tile, in place.
 *
 * @param tile Pixels [side, side, bands].
 * @returns Its bytes, little-endian, for DEFLATE.
 */
export function predictTile(tile: PixelArray, { side, bands, dtype }: TileShape): Uint8Array {
  const shape = { row: side * bands, stride: bands };
  if (predictorOf(dtype) === 3) {
    unifyNaNs(tile);
    floatDifferences(tile, shape);
  } else differences(tile, shape);
  return bytesOf(tile);
}

/**
 * Compresses a tile, little-endian.
 *
 * @param tile Pixels [side, side, bands]; the predictor changes them in place.
 */
export function encodeTile(tile: PixelArray, shape: TileShape): Uint8Array {
  return deflateSync(predictTile(tile, shape), deflateOptions(shape));
}
