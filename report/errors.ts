/**
 * Error maps of several methods on one colour scale.
 *
 * @module
 */

import type { ReportErrors } from "./report_data.ts";
import { finiteQuantile, meanOf, roundUp, sampled } from "./scale.ts";

/** Fraction of the model's pixels within the colour scale. */
const WITHIN = 0.99;

/**
 * Mean over the bands of |a − b|, [pixels]. Bands without data in either image are left out; NaN if no
 * band is left.
 *
 * @param dataRange Divisor of both images.
 */
export function errorMap(
  a: Float32Array,
  b: Float32Array,
  { depth, dataRange }: { readonly depth: number; readonly dataRange: number },
): Float32Array {
  return Float32Array.from({ length: a.length / depth }, (_, pixel) => {
    let [sum, count] = [0, 0];
    for (let i = pixel * depth; i < (pixel + 1) * depth; i++) {
      const error = Math.abs(a[i]! - b[i]!);
      if (Number.isNaN(error)) continue;
      sum += error;
      count++;
    }
    return count === 0 ? NaN : sum / count / dataRange;
  });
}

/** Error maps of methods, the model first; its errors set the colour scale. */
export function errorMaps(
  methods: Readonly<Record<string, Float32Array>>,
  truth: Float32Array,
  options: { readonly depth: number; readonly dataRange: number },
): ReportErrors {
  const maps = Object.entries(methods).map(([method, image]) => {
    const data = errorMap(image, truth, options);
    return { method, data, mean: meanOf(data) };
  });
  return { high: roundUp(finiteQuantile(sampled(maps[0]!.data), WITHIN)), maps };
}
