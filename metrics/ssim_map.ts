/**
 * Map of structural similarity of one band, and its mean over pixels.
 *
 * @module
 */

import { eachMomentRow, radiusOf, type SsimWindow } from "./windows.ts";

const K1 = 0.01;
const K2 = 0.03;

/** SSIM of one band; NaN where the window doesn't fit. */
export interface SsimMap {
  /** [H, W]. */
  readonly values: Float64Array;
  readonly height: number;
  readonly width: number;
  /** Width of the border where the window doesn't fit. */
  readonly margin: number;
}

/** Extracts one band of an image [H, W, C] as a plane [H, W]. */
export function planeOf(
  image: ArrayLike<number>,
  { channel, channels }: { readonly channel: number; readonly channels: number },
): Float64Array {
  const plane = new Float64Array(image.length / channels);
  for (let pixel = 0, i = channel; pixel < plane.length; pixel++, i += channels) {
    plane[pixel] = image[i]!;
  }
  return plane;
}

/**
 * SSIM at every pixel: (2·m_a·m_b + C1)(2·cov + C2) / ((m_a² + m_b² + C1)(var_a + var_b + C2)), with
 * C1 = (0.01·range)², C2 = (0.03·range)².
 */
export function ssimMap(
  planes: { readonly a: ArrayLike<number>; readonly b: ArrayLike<number> },
  { height, width, dataRange, window }: {
    readonly height: number;
    readonly width: number;
    readonly dataRange: number;
    readonly window: SsimWindow;
  },
): SsimMap {
  const radius = radiusOf(window);
  const margin = window.edge === "inside" ? radius : 0;
  const count = (2 * radius + 1) ** 2;
  const scale = window.sample ? count / (count - 1) : 1;
  const c1 = (K1 * dataRange) ** 2;
  const c2 = (K2 * dataRange) ** 2;
  const values = new Float64Array(height * width).fill(NaN);
  eachMomentRow(planes, { height, width, window }, (y, [meanA, meanB, squares, products]) => {
    for (let x = margin; x < width - margin; x++) {
      const [ma, mb] = [meanA[x]!, meanB[x]!];
      const means = ma * ma + mb * mb;
      const product = ma * mb;
      values[y * width + x] = (2 * product + c1) * (2 * scale * (products[x]! - product) + c2) /
        ((means + c1) * (scale * (squares[x]! - means) + c2));
    }
  });
  return { values, height, width, margin };
}

/** Sum of a map over the selected pixels with a value, and their number. */
export function sumOfMap(
  { values, height, width, margin }: SsimMap,
  mask?: ArrayLike<number>,
): { readonly sum: number; readonly count: number } {
  let sum = 0;
  let count = 0;
  for (let y = margin; y < height - margin; y++) {
    for (let i = y * width + margin; i < (y + 1) * width - margin; i++) {
      if (mask !== undefined && mask[i] === 0) continue;
      sum += values[i]!;
      count++;
    }
  }
  return { sum, count };
}
