/**
 * Memory estimate for writing a Cloud-Optimized GeoTIFF.
 *
 * @module
 */

import { type DataType, pixelArray } from "../core/mod.ts";
import { poolThreads, poolTiles } from "./tiff_pool.ts";

/** Memory of a thread and of the writer without pixels, measured and rounded up. */
const BYTES_OF_THREAD = 16 * 2 ** 20;
const BYTES_OF_WRITER = 32 * 2 ** 20;

/**
 * Upper bound of the memory of a `CogWriter`, in bytes: two rows of tiles, one row of tiles of each
 * overview, and the tiles that are being compressed. It does not depend on the height of the image.
 *
 * @example
 * ```ts
 * import { cogMemory } from "./cog_memory.ts";
 * import { assert } from "@std/assert";
 *
 * // One row of tiles of a Sentinel-2 granule is 146 MB.
 * const bytes = cogMemory({ width: 10980, bands: 13, dtype: "uint16" });
 * assert(bytes > 3 * 146e6 && bytes < 1e9);
 * ```
 */
export function cogMemory(
  { width, bands, dtype, tileSize = 512 }: {
    /** Columns of the image. */
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
  // Its pixels, and a buffer of the same size for the compressed bytes.
  const tile = 2 * tileSize ** 2 * bands * sample;
  return strips + poolTiles() * tile + poolThreads() * BYTES_OF_THREAD + BYTES_OF_WRITER;
}
