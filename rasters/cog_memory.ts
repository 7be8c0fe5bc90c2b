/**
 * What writing a Cloud-Optimized GeoTIFF takes.
 *
 * @module
 */

import { type DataType, pixelArray } from "../core/mod.ts";
import { poolThreads, poolTiles } from "./tiff_pool.ts";

/** What threads and the writer take beside pixels, measured and rounded up. */
const BYTES_OF_THREAD = 16 * 2 ** 20;
const BYTES_OF_WRITER = 32 * 2 ** 20;

/**
 * Memory that a `CogWriter` takes at most, in bytes: two rows of tiles, one row of tiles of
 * each overview, and the tiles that are being compressed. The height of the image does not matter.
 *
 * @example
 * ```ts
 * import { cogMemory } from "./cog_memory.ts";
 * import { assert } from "@std/assert";
 *
 * // A row of tiles of a whole Sentinel-2 granule alone is 146 MB.
 * const bytes = cogMemory({ width: 10980, bands: 13, dtype: "uint16" });
 * assert(bytes > 3 * 146e6 && bytes < 1e9);
 * ```
 */
export function cogMemory(
  { width, bands, dtype, tileSize = 512 }: {
    readonly width: number;
    /** Number of bands. */
    readonly bands: number;
    readonly dtype: DataType;
    /** Default 512. */
    readonly tileSize?: 256 | 512;
  },
): number {
  const sample = pixelArray(dtype, 1).byteLength;
  let columns = 2 * width;
  for (let half = width; half > 1;) {
    half = Math.ceil(half / 2);
    columns += half;
  }
  const strips = columns * tileSize * bands * sample;
  // Its pixels, and memory for as many bytes.
  const tile = 2 * tileSize ** 2 * bands * sample;
  return strips + poolTiles() * tile + poolThreads() * BYTES_OF_THREAD + BYTES_OF_WRITER;
}
