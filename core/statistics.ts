/**
 * Sums and ranks of plain numbers. Sums run in index order in float64, so results are reproducible
 * bit for bit.
 *
 * @module
 */

/**
 * Arithmetic mean; NaN for an empty list.
 *
 * @example
 * ```ts
 * import { mean } from "./statistics.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mean([1, 2, 6]), 3);
 * ```
 */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Product of all values, such as the number of elements of a tensor shape; 1 for an empty list. */
export function product(values: readonly number[]): number {
  return values.reduce((result, value) => result * value, 1);
}

/**
 * Quantile by nearest rank, without interpolation: the value at index ⌊q·(n − 1) + ½⌋ of n sorted
 * values; NaN for an empty list.
 *
 * @param sorted Values in ascending order.
 * @param q Share of the values below, in [0, 1].
 *
 * @example
 * ```ts
 * import { quantile } from "./statistics.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([0, 0.4, 1].map((q) => quantile([10, 20, 30], q)), [10, 20, 30]);
 * ```
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  return sorted[Math.round(q * (sorted.length - 1))] ?? NaN;
}
