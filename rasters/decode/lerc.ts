/**
 * Decoder of LERC (Limited Error Raster Compression), by Esri's lerc. No other file imports that
 * package.
 *
 * @module
 */

import { decode, getBlobInfo, type LercData, type LercHeaderInfo, load } from "npm:lerc@4.2.0";
import { type DataType, type PixelArray, pixelArray } from "../../core/mod.ts";

/** Pixels of a block, and which of them LERC marks as valid. */
export interface LercPixels {
  /** Values [rows, width, depth]. */
  readonly values: PixelArray;
  /** 1 for valid pixels, [rows, width]; undefined if all are. */
  readonly valid?: Uint8Array;
}

/** Expected size and type of a block. */
export interface LercShape {
  readonly width: number;
  readonly rows: number;
  /** Bands in the block. */
  readonly depth: number;
  readonly dtype: DataType;
  /** True for signed bytes, which are decoded as int16. */
  readonly signedBytes: boolean;
  /** True if the last band is alpha, which libtiff stores as LERC's mask. */
  readonly alphaLast: boolean;
}

/** LERC's names of the pixel types by number. */
const TYPES = ["S8", "U8", "S16", "U16", "S32", "U32", "F32", "F64"] as const;
const TYPE_OF: Readonly<Record<DataType, typeof TYPES[number]>> = {
  uint8: "U8",
  int16: "S16",
  uint16: "U16",
  int32: "S32",
  uint32: "U32",
  float32: "F32",
  float64: "F64",
};

/** Lowest values, by which LERC's encoder replaces NaN where other bands of the pixel have data. */
const LOWEST: Readonly<Partial<Record<DataType, number>>> = {
  float32: -3.4028234663852886e38,
  float64: -Number.MAX_VALUE,
};

/** Loads the decoder's WebAssembly, a file that needs permission to be read. */
async function loadDecoder(): Promise<void> {
  await load({
    locateFile(name, folder) {
      const path = folder + name;
      if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") {
        throw new TypeError(
          `LERC is decoded by WebAssembly, which Deno must be allowed to read; add ` +
            `--allow-read=${path}`,
        );
      }
      return path;
    },
  });
}

function damaged(what: string): TypeError {
  return new TypeError(
    `its LERC blocks must decode, got ${what}; the file is damaged: download or copy it again`,
  );
}

function checkInfo(info: LercHeaderInfo, shape: LercShape): void {
  const { width, rows, depth, dtype, signedBytes, alphaLast } = shape;
  const type = signedBytes ? "S8" : TYPE_OF[dtype];
  const bands = info.bandCount * info.depthCount;
  if (
    info.width !== width || info.height !== rows || TYPES[info.dataType] !== type ||
    (bands !== depth && !(alphaLast && bands === depth - 1))
  ) {
    throw damaged(
      `${info.width}×${info.height} pixels of ${bands} bands of ${TYPES[info.dataType]} instead ` +
        `of ${width}×${rows} pixels of ${depth} bands of ${type}`,
    );
  }
}

/** Interleaves the bands by pixel; alpha comes from the mask, and NaN where floats are masked. */
function interleave(blob: LercData, { width, rows, depth, dtype }: LercShape): PixelArray {
  const pixels = width * rows;
  const out = pixelArray(dtype, pixels * depth);
  const perBand = blob.depthCount;
  const bands = blob.pixels.length * perBand;
  const isFloat = dtype.startsWith("float");
  blob.pixels.forEach((values, b) => {
    const mask = blob.bandMasks?.[b] ?? blob.mask;
    // Marks the missing bands of pixels that have others; version 4 does not state it.
    const none = blob.noDataValues?.[b] ?? (perBand > 1 ? LOWEST[dtype] : undefined);
    for (let d = 0; d < perBand; d++) {
      for (let i = 0, to = b * perBand + d; i < pixels; i++, to += depth) {
        const value = values[i * perBand + d]!;
        out[to] = isFloat && (mask?.[i] === 0 || value === none) ? NaN : value;
      }
    }
  });
  if (bands < depth) {
    for (let i = 0; i < pixels; i++) out[(i + 1) * depth - 1] = blob.mask?.[i] === 0 ? 0 : 255;
  }
  return out;
}

/**
 * Decodes a block of LERC.
 *
 * @throws {TypeError} If it is damaged, or has another size or type than `shape`, or the decoder
 *   may not be read.
 */
export async function decodeLerc(input: Uint8Array, shape: LercShape): Promise<LercPixels> {
  await loadDecoder();
  let blob: LercData;
  try {
    checkInfo(getBlobInfo(input), shape);
    blob = decode(input, { returnInterleaved: true });
  } catch (error) {
    if (error instanceof TypeError) throw error;
    throw damaged((error as Error).message);
  }
  const values = interleave(blob, shape);
  // A mask of each band is NaN in the values.
  const mask = blob.bandMasks === null ? blob.mask : null;
  return mask === null ? { values } : { values, valid: mask };
}
