/**
 * Statistics for scales that several images share.
 *
 * @module
 */

import { quantile } from "../core/mod.ts";

/** Quantile of the finite values; NaN if there are none. */
export function finiteQuantile(values: Iterable<number>, share: number): number {
  return quantile(Float32Array.from([...values].filter(Number.isFinite)).sort(), share);
}

/** Every n-th value, at most `most`: enough for quantiles. */
export function sampled(values: Float32Array, most = 20000): Float32Array {
  const step = Math.max(1, Math.ceil(values.length / most));
  return Float32Array.from(
    { length: Math.ceil(values.length / step) },
    (_, i) => values[i * step]!,
  );
}

/** Rounds up to 1, 1.5, 2, 3, 4, 5, 6, 8 or 10 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0 && value < Infinity)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((one) => one * power >= value * (1 - 1e-9))!;
  return Number((factor * power).toPrecision(12));
}

/** Mean of the finite values; NaN if there are none. */
export function meanOf(values: Float32Array): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}
