/**
 * Ranges of values, gathered file by file.
 *
 * @module
 */

import { quantile } from "../core/mod.ts";

/** The values of one band over many files; pixels without data do not count. */
export interface ValueRange {
  readonly min: number;
  /** First percentile, of an even sample of the values. */
  readonly p1: number;
  readonly mean: number;
  /** 99th percentile, of the same sample. */
  readonly p99: number;
  readonly max: number;
  /** Values counted. */
  readonly count: number;
}

/** The values of one band of one file. */
export interface BandValues {
  min: number;
  max: number;
  sum: number;
  count: number;
  /** Some of the values, evenly spread. */
  readonly some: number[];
}

/** No values yet. */
export function noValues(): BandValues {
  return { min: Infinity, max: -Infinity, sum: 0, count: 0, some: [] };
}

/** Values that percentiles are taken of, at most; half of them at least. */
const KEPT = 2 ** 17;

/** Gathers values; the same files in the same order give the same result. */
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

  /** Undefined if no value was added. */
  range(): ValueRange | undefined {
    const { min, max, sum, count } = this.#values;
    if (count === 0) return undefined;
    const sorted = Float64Array.from(this.#kept).sort();
    const [p1, p99] = [quantile(sorted, 0.01), quantile(sorted, 0.99)];
    return { min, p1, mean: sum / count, p99, max, count };
  }
}
