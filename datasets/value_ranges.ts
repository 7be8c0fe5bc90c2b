/**
 * Ranges of values, accumulated file by file.
 *
 * @module
 */

import { quantile } from "../core/mod.ts";

/** Range of the values of one band over many files, without nodata pixels. */
export interface ValueRange {
  /** Smallest value. */
  readonly min: number;
  /** First percentile, estimated from evenly spaced values. */
  readonly p1: number;
  /** Arithmetic mean. */
  readonly mean: number;
  /** 99th percentile, estimated from the same values. */
  readonly p99: number;
  /** Largest value. */
  readonly max: number;
  /** Number of values. */
  readonly count: number;
}

/** Statistics of the values of one band of one file. */
export interface BandValues {
  min: number;
  max: number;
  sum: number;
  count: number;
  /** Some of the values, evenly spaced. */
  readonly some: number[];
}

/** Statistics of no values. */
export function noValues(): BandValues {
  return { min: Infinity, max: -Infinity, sum: 0, count: 0, some: [] };
}

/** Most values that percentiles are estimated from; at least half as many are kept. */
const KEPT = 2 ** 17;

/** Accumulates statistics; the same files in the same order give the same result. */
export class RangeGatherer {
  #values = noValues();
  #kept: number[] = [];
  #stride = 1;
  #seen = 0;

  add({ min, max, sum, count, some }: BandValues): void {
    const all = this.#values;
    this.#values = {
      min: Math.min(all.min, min),
      max: Math.max(all.max, max),
      sum: all.sum + sum,
      count: all.count + count,
      some: [],
    };
    for (const value of some) {
      if (this.#seen++ % this.#stride === 0) this.#kept.push(value);
      if (this.#kept.length === KEPT) {
        this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
        this.#stride *= 2;
      }
    }
  }

  /** The range so far; undefined if no value was added. */
  range(): ValueRange | undefined {
    const { min, max, sum, count } = this.#values;
    if (count === 0) return undefined;
    const sorted = Float64Array.from(this.#kept).sort();
    const [p1, p99] = [quantile(sorted, 0.01), quantile(sorted, 0.99)];
    return { min, p1, mean: sum / count, p99, max, count };
  }
}
