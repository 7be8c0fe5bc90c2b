/**
 * Layout of a TIFF image (TIFF 6.0, BigTIFF): its size, samples and blocks, checked against the
 * size of the file before memory is allocated for them.
 *
 * @module
 */

import { LERC, maxRatio } from "./decode/compression.ts";
import type { BlockCoding } from "./decode/decode_block.ts";
import { rowBytes } from "./decode/samples.ts";
import { readCoding } from "./tiff_coding.ts";
import { CUT, type TiffDirectory } from "./tiff_directory.ts";
import { integerOf, integersOf, positionsOf } from "./tiff_values.ts";

/** Size, samples and blocks (tiles or strips) of an image. */
export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  /** Number of bands. */
  readonly samples: number;
  readonly coding: BlockCoding;
  readonly blockWidth: number;
  readonly blockHeight: number;
  /** Blocks in a row of blocks. */
  readonly across: number;
  /** Blocks in a column of blocks. */
  readonly down: number;
  readonly tiled: boolean;
  /** True if each band has blocks of its own. */
  readonly separate: boolean;
  /** Index of the alpha band; undefined if there is none. */
  readonly alpha: number | undefined;
  /** Position of each block in the file; separate bands follow each other. */
  readonly offsets: readonly number[];
  /** Size in bytes of each block; 0 for a block that is not stored. */
  readonly byteCounts: readonly number[];
}

/** Blocks are decoded as a whole; files from common writers have far smaller ones. */
const MAX_BLOCK_BYTES = 2 ** 31;
/** LERC stores a block of one value in 100 bytes, so its size says nothing of what it decodes to. */
const MAX_LERC_BYTES = 2 ** 28;
/** Largest number of columns, rows or bands. */
const MAX_SIZE = 2 ** 31 - 1;
const MAX_SAMPLES = 65535;

/** Tags of TIFF 6.0. */
const WIDTH = 256;
const HEIGHT = 257;
const SAMPLES = 277;
const ROWS_PER_STRIP = 278;
const PLANAR = 284;
const TILE_WIDTH = 322;
const TILE_HEIGHT = 323;
const TILE_OFFSETS = 324;
const EXTRA_SAMPLES = 338;

/** Extra samples that are alpha, associated or not. */
const ALPHAS: readonly number[] = [1, 2];
const MAX_EXTRA = 2;

/** Size of the image. @throws {TypeError} If the directory states none. */
export async function readTiffSize(
  directory: TiffDirectory,
): Promise<Pick<TiffLayout, "width" | "height" | "samples">> {
  const width = await integerOf(directory, WIDTH) ?? 0;
  const height = await integerOf(directory, HEIGHT) ?? 0;
  const samples = await integerOf(directory, SAMPLES) ?? 1;
  if (
    Math.min(width, height, samples) < 1 || Math.max(width, height) > MAX_SIZE ||
    samples > MAX_SAMPLES
  ) {
    throw new TypeError(
      `it must state its size, got ${width}×${height} pixels of ${samples} bands; the file is ` +
        "damaged: download or copy it again",
    );
  }
  return { width, height, samples };
}

/** Index of the last extra sample that is alpha; undefined if none is. */
async function readAlpha(directory: TiffDirectory, samples: number): Promise<number | undefined> {
  const extra = await integersOf(directory, EXTRA_SAMPLES) ?? [];
  if (extra.length > samples || extra.some((kind) => kind > MAX_EXTRA)) {
    throw new TypeError(
      `its extra samples must be up to ${samples} of kind 0 to ${MAX_EXTRA}, got ` +
        `${extra.slice(0, 8).join(", ")}; the file is damaged: download or copy it again`,
    );
  }
  // Where no sample is left for a colour, GDAL takes none for alpha.
  if (extra.length === samples) return undefined;
  const index = extra.findLastIndex((kind) => ALPHAS.includes(kind));
  return index < 0 ? undefined : samples - extra.length + index;
}

/** Checks that the blocks lie within the file and can hold their pixels. */
function checkBlocks(
  layout: Omit<TiffLayout, "alpha">,
  size: number,
): void {
  const { coding, blockWidth, samples, separate, across, down, offsets, byteCounts } = layout;
  const count = across * down * (separate ? samples : 1);
  const depth = separate ? 1 : samples;
  for (let i = 0; i < count; i++) {
    const [offset = NaN, bytes = NaN] = [offsets[i], byteCounts[i]];
    if (bytes === 0 && count === 1 && offset !== 0) {
      throw new TypeError(
        `block 0 must have stored bytes, got 0; the file is damaged: download or copy it again`,
      );
    }
    if (bytes === 0) continue;
    if (!(offset + bytes <= size)) {
      throw new TypeError(
        `block ${i} of ${count} must lie within the file of ${size} bytes, got byte ` +
          `${offset + bytes}; ${CUT}`,
      );
    }
    const y = Math.floor(i % (across * down) / across);
    const decoded = rowBytes(blockWidth * depth, coding) * blockRows(layout, y);
    if (decoded > bytes * maxRatio(coding.compression)) {
      throw new TypeError(
        `block ${i} must decode to ${decoded} bytes, got only ${bytes} compressed bytes; the file is ` +
          "damaged: download or copy it again",
      );
    }
  }
}

/** Rows that a block stores; the last strip ends at the last row of the image. */
export function blockRows(
  { tiled, height, blockHeight }: Pick<TiffLayout, "tiled" | "height" | "blockHeight">,
  y: number,
): number {
  return tiled ? blockHeight : Math.min(blockHeight, height - y * blockHeight);
}

/**
 * Reads how an image is stored.
 *
 * @throws {TypeError} If its compression, samples or colours are not read, or the directory is
 *   inconsistent: blocks beyond the end of the file, fewer blocks than the image needs, blocks too
 *   short for their pixels.
 */
export async function readTiffLayout(directory: TiffDirectory): Promise<TiffLayout> {
  const size = await readTiffSize(directory);
  const { width, height, samples } = size;
  const coding = await readCoding(directory, samples);
  const planar = await integerOf(directory, PLANAR) ?? 1;
  if (planar !== 1 && planar !== 2) {
    throw new TypeError(
      `its planes must be 1 or 2, got ${planar}; the file is damaged: download or copy it again`,
    );
  }
  const separate = planar === 2 && samples > 1;
  const tiled = directory.entries.has(TILE_OFFSETS);
  if (!tiled && (directory.entries.has(TILE_WIDTH) || directory.entries.has(TILE_HEIGHT))) {
    throw new TypeError(
      "its blocks must be tiles or strips, got strips with the size of tiles; the file is damaged: " +
        "download or copy it again",
    );
  }
  const blockWidth = tiled ? await integerOf(directory, TILE_WIDTH) ?? 0 : width;
  const rows = tiled ? TILE_HEIGHT : ROWS_PER_STRIP;
  const stated = await integerOf(directory, rows) ?? (tiled ? 0 : height);
  const blockHeight = tiled ? stated : Math.min(stated, height);
  if (Math.min(blockWidth, blockHeight) < 1 || Math.max(blockWidth, blockHeight) > MAX_SIZE) {
    throw new TypeError(
      `it must state its size, got blocks of ${blockWidth}×${blockHeight} pixels; the file is ` +
        "damaged: download or copy it again",
    );
  }
  const bytes = rowBytes(blockWidth * (separate ? 1 : samples), coding) * blockHeight;
  const most = coding.compression === LERC ? MAX_LERC_BYTES : MAX_BLOCK_BYTES;
  if (bytes > most) {
    throw new TypeError(
      `its pixels must be in blocks of up to ${
        most / 2 ** 30
      } GiB, got ${blockWidth}×${blockHeight} pixels of ` +
        `${samples} bands in one; cut it into tiles: gdal_translate -co TILED=YES IN OUT.tif`,
    );
  }
  const [across, down] = [Math.ceil(width / blockWidth), Math.ceil(height / blockHeight)];
  const count = across * down * (separate ? samples : 1);
  const [offsetsTag, byteCountsTag] = tiled ? [324, 325] : [273, 279];
  const found = Math.min(
    ...[offsetsTag, byteCountsTag].map((tag) => directory.entries.get(tag)?.count ?? 0),
  );
  if (found < count) {
    throw new TypeError(
      `it must have ${count} blocks for its size, got ${found}; the file is damaged: download or copy it again`,
    );
  }
  const blocks = {
    ...{ ...size, coding, blockWidth, blockHeight, across, down, tiled, separate },
    offsets: await positionsOf(directory, offsetsTag) ?? [],
    byteCounts: await positionsOf(directory, byteCountsTag) ?? [],
  };
  checkBlocks(blocks, directory.source.size);
  return { ...blocks, alpha: await readAlpha(directory, samples) };
}
