/**
 * Images at half their size, as computed by MATLAB's `imresize(image, 0.5)`: bicubic with a = −0.5,
 * stretched by two against aliasing.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";

/**
 * Weights of in[2i − 3] … in[2i + 4] in out[i]: the cubic kernel at ±1/4, ±3/4, ±5/4, ±7/4, divided
 * by two, which adds up to 1.
 */
export const HALF_KERNEL: readonly number[] = [
  -0.01171875,
  -0.03515625,
  0.11328125,
  0.43359375,
  0.43359375,
  0.11328125,
  -0.03515625,
  -0.01171875,
];
const FIRST = -3;

/** Index beyond the borders: mirrored with the border pixel repeated, −1 → 0, n → n − 1. */
function mirrored(index: number, size: number): number {
  const period = ((index % (2 * size)) + 2 * size) % (2 * size);
  return period < size ? period : 2 * size - 1 - period;
}

/** Halves one axis: [outer, size, inner] → [outer, size / 2, inner]. */
function halveAxis(
  data: ArrayLike<number>,
  { outer, size, inner }: { readonly outer: number; readonly size: number; readonly inner: number },
): Float64Array {
  const half = size / 2;
  const out = new Float64Array(outer * half * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < half; i++) {
      const to = (o * half + i) * inner;
      for (const [j, weight] of HALF_KERNEL.entries()) {
        const from = (o * size + mirrored(2 * i + FIRST + j, size)) * inner;
        for (let c = 0; c < inner; c++) out[to + c]! += weight * data[from + c]!;
      }
    }
  }
  return out;
}

/**
 * Halves a raster, rows first. Values are neither rounded nor clipped and may leave the range of
 * the original.
 *
 * @returns float32 pixels, without georeference.
 * @throws {RangeError} If width or height is odd.
 *
 * @example
 * ```ts
 * import { halfSize } from "./half_size.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const grey = new Uint8Array(16).fill(7);
 * const half = halfSize({ width: 4, height: 4, bands: ["1"], dtype: "uint8", data: grey });
 * assertEquals(half.data, new Float32Array(4).fill(7));
 * ```
 */
export function halfSize({ width, height, bands, data }: Raster): Raster {
  if (width % 2 !== 0 || height % 2 !== 0) {
    throw new RangeError(
      `Cannot halve the image: its width and height must be even, got ${width}×${height}`,
    );
  }
  const rows = halveAxis(data, { outer: 1, size: height, inner: width * bands.length });
  const both = halveAxis(rows, { outer: height / 2, size: width, inner: bands.length });
  return {
    width: width / 2,
    height: height / 2,
    bands,
    dtype: "float32",
    data: Float32Array.from(both),
  };
}
