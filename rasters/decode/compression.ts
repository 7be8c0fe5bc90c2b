/**
 * Compressions of TIFF by number: those that are decoded, and the names of those that are not.
 *
 * @module
 */

/** No compression. */
export const NONE = 1;
/** LZW. */
export const LZW = 5;
/** DEFLATE. */
export const DEFLATE = 8;
/** DEFLATE under its older number. */
export const OLD_DEFLATE = 32946;
/** PackBits. */
export const PACKBITS = 32773;
/** LERC, alone or within DEFLATE or Zstandard. */
export const LERC = 34887;
/** Zstandard. */
export const ZSTD = 50000;

/** Largest ratio of decoded to stored bytes, which follows from the format. */
const MAX_RATIOS: Readonly<Record<number, number>> = {
  [NONE]: 1,
  // A code of 12 bits stands for up to 3838 bytes, the longest string in the table.
  [LZW]: 2600,
  [DEFLATE]: 1040,
  [OLD_DEFLATE]: 1040,
  // 2 bytes stand for up to 128.
  [PACKBITS]: 64,
  // A block of 4 bytes repeats a byte up to 128 KiB times.
  [ZSTD]: 45000,
  [LERC]: Infinity,
};

const NAMES: Readonly<Record<number, string>> = {
  2: "CCITT RLE",
  3: "CCITT Group 3",
  4: "CCITT Group 4",
  6: "old-style JPEG",
  7: "JPEG",
  9: "JBIG",
  10: "JBIG",
  32771: "CCITT RLE",
  32809: "ThunderScan",
  34676: "SGI Log",
  34677: "SGI Log",
  34712: "JPEG 2000",
  34892: "lossy JPEG",
  34925: "LZMA",
  50001: "WebP",
  50002: "JPEG XL",
  52546: "JPEG XL",
};

/** Compressions whose samples a predictor transforms; others ignore the tag, as in libtiff. */
const PREDICTED: readonly number[] = [LZW, DEFLATE, OLD_DEFLATE, ZSTD];

/** True if the predictor of the file applies to the samples. */
export function isPredicted(compression: number): boolean {
  return PREDICTED.includes(compression);
}

/**
 * Largest ratio of decoded to stored bytes of a compression.
 *
 * @throws {TypeError} If the compression is not decoded.
 */
export function maxRatio(compression: number): number {
  const ratio = MAX_RATIOS[compression];
  if (ratio !== undefined) return ratio;
  const name = NAMES[compression];
  throw new TypeError(
    "its compression must be none, DEFLATE, LZW, Zstandard, PackBits or LERC, got " +
      `${name === undefined ? `compression ${compression}` : name}; convert it: gdal_translate ` +
      "-co COMPRESS=DEFLATE IN OUT.tif",
  );
}
