/**
 * Positions of the pixels in a TIFF file (TIFF 6.0, BigTIFF), checked against the size of the file
 * before memory is allocated for them.
 *
 * @module
 */

import type { ByteSource } from "../files/mod.ts";
import { CUT, numbersOf, readTiffDirectory, type TiffDirectory } from "./tiff_directory.ts";

/** The blocks (tiles or strips) of the first image. */
interface TiffLayout {
  /** Tag of the offsets: 324 for tiles, 273 for strips. */
  readonly offsetsTag: number;
  /** Tag of the sizes: 325 for tiles, 279 for strips. */
  readonly byteCountsTag: number;
  /** Position of each block in the file; separate bands follow each other. */
  readonly offsets: readonly number[];
  /** Size in bytes of each block; 0 for a block of nodata that is not stored. */
  readonly byteCounts: readonly number[];
}

/** Blocks are decoded as a whole; files from common writers have far smaller ones. */
const MAX_BLOCK_BYTES = 2 ** 31;
/** Largest ratio of decoded to stored bytes by compression; that of DEFLATE is 1032. */
const MAX_RATIOS: Readonly<Record<number, number>> = { 1: 1, 8: 1040, 32946: 1040 };
const UNCOMPRESSED = 1;
/**
 * geotiff.js decodes LERC and predictors in native byte order, but then reads them in the file's.
 */
const LERC = 34887;
/** Supported compressions: none, LZW, JPEG, DEFLATE, PackBits, LERC, Zstandard, WebP. */
const COMPRESSIONS: readonly number[] = [1, 5, 7, 8, 32946, 32773, 34887, 50000, 50001];

interface Blocks {
  /** Number of blocks. */
  readonly count: number;
  /** Size in bytes of a decoded block; the last strip has fewer. */
  bytesOf(index: number): number;
  readonly compression: number;
}

/** The blocks that the size of the image requires. */
async function expectedBlocks(directory: TiffDirectory, tiled: boolean): Promise<Blocks> {
  const one = async (tag: number) => (await numbersOf(directory, tag))?.[0];
  const [width = 0, height = 0, samples = 1] = [await one(256), await one(257), await one(277)];
  const bits = await numbersOf(directory, 258) ?? [1];
  const compression = await one(259) ?? UNCOMPRESSED;
  const planes = await one(284) === 2 ? samples : 1;
  const blockWidth = tiled ? await one(322) ?? 0 : width;
  const blockHeight = tiled ? await one(323) ?? 0 : Math.min(await one(278) ?? height, height);
  if (Math.min(width, height, samples, blockWidth, blockHeight) < 1) {
    throw new TypeError(
      `it must state its size, got ${width}×${height} pixels of ${samples} bands in blocks of ` +
        `${blockWidth}×${blockHeight}; the file is damaged`,
    );
  }
  if (!COMPRESSIONS.includes(compression)) {
    throw new TypeError(
      `its compression must be none, DEFLATE, LZW, Zstandard, PackBits, LERC, JPEG or WebP, got ` +
        `compression ${compression}; convert it: gdal_translate -co COMPRESS=DEFLATE IN OUT.tif`,
    );
  }
  const predicted = bits[0]! > 8 && (await one(317) ?? 1) > 1;
  if (!directory.littleEndian && (predicted || compression === LERC)) {
    throw new TypeError(
      "with a predictor or LERC its values must be little-endian, got big-endian; convert it: " +
        "gdal_translate -co ENDIANNESS=LITTLE IN OUT.tif",
    );
  }
  const bytes = blockWidth * blockHeight * (planes === 1 ? samples : 1) * (bits[0]! / 8);
  if (bytes > MAX_BLOCK_BYTES) {
    throw new TypeError(
      `its pixels must be in blocks of up to 2 GiB, got ${blockWidth}×${blockHeight} pixels of ` +
        `${samples} bands in one; cut it into tiles: gdal_translate -co TILED=YES IN OUT.tif`,
    );
  }
  const [across, down] = [Math.ceil(width / blockWidth), Math.ceil(height / blockHeight)];
  const lastRows = tiled ? blockHeight : height - (down - 1) * blockHeight;
  const isLast = (index: number) => index % (across * down) >= across * (down - 1);
  const bytesOf = (index: number) => isLast(index) ? bytes / blockHeight * lastRows : bytes;
  return { count: across * down * planes, bytesOf, compression };
}

/**
 * Reads the positions of the blocks of the first image.
 *
 * @throws {TypeError} If the file is not a TIFF, or is inconsistent: tags or blocks beyond the end
 *   of the file, fewer blocks than the image needs, blocks too short for their pixels.
 */
export async function readTiffLayout(source: ByteSource): Promise<TiffLayout> {
  const directory = await readTiffDirectory(source);
  const tiled = directory.entries.has(324);
  const [offsetsTag, byteCountsTag] = tiled ? [324, 325] : [273, 279];
  const blocks = await expectedBlocks(directory, tiled);
  const stated = directory.entries.get(offsetsTag)?.count ?? 0;
  if (stated < blocks.count) {
    throw new TypeError(
      `it must have ${blocks.count} blocks for its size, got ${stated}; the file is damaged`,
    );
  }
  const offsets = await numbersOf(directory, offsetsTag) ?? [];
  const byteCounts = await numbersOf(directory, byteCountsTag) ?? [];
  for (let i = 0; i < blocks.count; i++) {
    const [offset = NaN, bytes = NaN] = [offsets[i], byteCounts[i]];
    if (bytes === 0) continue;
    if (!(offset + bytes <= source.size)) {
      throw new TypeError(
        `block ${i} of ${blocks.count} must lie within the file of ${source.size} bytes, got byte ` +
          `${offset + bytes}; ${CUT}`,
      );
    }
    const decoded = Math.floor(blocks.bytesOf(i));
    if (decoded > bytes * (MAX_RATIOS[blocks.compression] ?? Infinity)) {
      throw new TypeError(
        `block ${i} must decode to ${decoded} bytes, got only ${bytes} compressed bytes; the ` +
          `file is damaged`,
      );
    }
  }
  return { offsetsTag, byteCountsTag, offsets, byteCounts };
}
