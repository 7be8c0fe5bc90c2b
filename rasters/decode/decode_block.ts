/**
 * Decodes a block (tile or strip) of a TIFF: compression, byte order, predictor, samples. What is
 * decoded must have the size that the file states.
 *
 * @module
 */

import type { DataType, PixelArray } from "../../core/mod.ts";
import {
  DEFLATE,
  isPredicted,
  LERC,
  LZW,
  NONE,
  OLD_DEFLATE,
  PACKBITS,
  ZSTD,
} from "./compression.ts";
import { decodeLzw } from "./lzw.ts";
import { decodePackBits } from "./packbits.ts";
import { addDifferences, joinBytePlanes } from "./predictor.ts";
import { rowBytes, type SampleFormat, swapBytes, toPixels } from "./samples.ts";
import { decodeDeflate, decodeZstd } from "./zlib.ts";

/** Storage of the blocks of an image. */
export interface BlockCoding extends SampleFormat {
  readonly compression: number;
  /** 1 none, 2 horizontal differences, 3 floating point. */
  readonly predictor: number;
  readonly littleEndian: boolean;
  /** Compression of LERC blobs: 0 none, 1 DEFLATE, 2 Zstandard. */
  readonly lercCompression: number;
  /** Pixel type of the decoded values. */
  readonly dtype: DataType;
}

/** Size of one block. */
export interface BlockShape {
  readonly width: number;
  /** Rows that must be stored. */
  readonly rows: number;
  /** Rows that can be stored: more than `rows` in the last strip. */
  readonly maxRows: number;
  /** Bands in the block. */
  readonly depth: number;
  /** True if the last band of the block is alpha. */
  readonly alphaLast: boolean;
}

/** A decoded block. */
export interface DecodedBlock {
  /** Values [rows, width, depth]. */
  readonly values: PixelArray;
  /** 1 for valid pixels, [rows, width]; undefined if the compression marks none as missing. */
  readonly valid?: Uint8Array;
}

/** Room for the header and mask of a LERC blob besides its pixels. */
const LERC_EXTRA = 65536;

async function decodeLercBlock(
  input: Uint8Array,
  coding: BlockCoding,
  { width, rows, depth, alphaLast }: BlockShape,
): Promise<DecodedBlock> {
  const { lercCompression, dtype, format, bits } = coding;
  const limit = 2 * width * rows * depth * bits / 8 + LERC_EXTRA;
  const blob = lercCompression === 1
    ? await decodeDeflate(input, limit)
    : lercCompression === 2
    ? await decodeZstd(input, limit)
    : input;
  const { decodeLerc } = await import("./lerc.ts");
  const signedBytes = format === 2 && bits === 8;
  return await decodeLerc(blob, { width, rows, depth, dtype, signedBytes, alphaLast });
}

/** Decompresses `size` bytes, or more up to `limit`. */
async function decompress(
  input: Uint8Array,
  { compression, size, limit }: {
    readonly compression: number;
    readonly size: number;
    readonly limit: number;
  },
): Promise<Uint8Array> {
  switch (compression) {
    case NONE:
      return input;
    case LZW:
      return decodeLzw(input, size);
    case PACKBITS:
      return decodePackBits(input, size);
    case DEFLATE:
    case OLD_DEFLATE:
      return await decodeDeflate(input, limit);
    case ZSTD:
      return await decodeZstd(input, limit);
  }
  throw new TypeError(`its compression must be decoded here, got compression ${compression}`);
}

/**
 * Decodes a block.
 *
 * @param input The stored bytes.
 * @throws {TypeError} If the bytes are damaged, or decode to fewer or more than the block holds.
 */
export async function decodeBlock(
  input: Uint8Array,
  coding: BlockCoding,
  shape: BlockShape,
): Promise<DecodedBlock> {
  const { compression, predictor, bits, littleEndian } = coding;
  if (compression === LERC) return await decodeLercBlock(input, coding, shape);
  const samples = shape.width * shape.depth;
  const row = rowBytes(samples, coding);
  const [size, limit] = [row * shape.rows, row * shape.maxRows];
  const found = await decompress(input, { compression, size, limit });
  if (found.length < size) {
    throw new TypeError(
      `its blocks must decode to ${size} bytes, got only ${found.length}; the file is damaged: download or copy it again`,
    );
  }
  // Views of larger numbers need the start of a buffer; small results of zlib share one.
  let bytes = new Uint8Array(found.buffer, found.byteOffset, size);
  if (bytes.byteOffset !== 0) bytes = Uint8Array.from(bytes);
  const rows = { samples, stride: shape.depth, bits };
  if (predictor === 3 && isPredicted(compression)) {
    bytes = joinBytePlanes(bytes, rows);
  } else {
    if (!littleEndian) swapBytes(bytes, bits);
    if (predictor === 2 && isPredicted(compression)) addDifferences(bytes, rows);
  }
  return { values: toPixels(bytes, { format: coding, samples }) };
}
