/**
 * Reliability of predicted standard deviations: observed against predicted error in bins, correlation,
 * and sparsification.
 *
 * @module
 */

import { mean } from "../core/mod.ts";

/** Predicted standard deviations and true errors of one image, in the same unit. */
export interface ErrorPairs {
  /** Predicted standard deviations, ≥ 0; NaN is skipped. */
  readonly deviation: ArrayLike<number>;
  /** Prediction − truth at the same indices; NaN is skipped. */
  readonly error: ArrayLike<number>;
  /** Pixels that count: 1 for each such pixel. Default: all. */
  readonly mask?: ArrayLike<number>;
  /** Bands per pixel, interleaved. Default 1. */
  readonly channels?: number;
}

/** Options of {@linkcode reliability}. */
export interface ReliabilityOptions {
  /** Bins of equal counts. Default 15. */
  readonly bins?: number;
  /** Most values used, sampled evenly. Default 2 000 000. */
  readonly most?: number;
}

/** One bin of values with similar predicted standard deviation. */
export interface ReliabilityBin {
  /** Root mean square of the predicted standard deviations. */
  readonly predicted: number;
  /** Root mean square of the true errors. */
  readonly observed: number;
  /** Number of values. */
  readonly count: number;
}

/** Reliability of predicted standard deviations; plain JSON. */
export interface Reliability {
  /** Values (pixels times bands) used. */
  readonly count: number;
  /**
   * Values with a standard deviation of exactly 0, which enter nothing else: kept pixels have none by
   * definition.
   */
  readonly certain: { readonly count: number; readonly observed: number };
  /** Root mean square of all predicted standard deviations. */
  readonly predicted: number;
  /** Root mean square of all errors. */
  readonly observed: number;
  /** observed / predicted: above 1 if the standard deviations underestimate the errors. */
  readonly ratio: number;
  /** Bins by increasing predicted standard deviation. */
  readonly bins: readonly ReliabilityBin[];
  /** Expected normalised calibration error: the mean over the bins of |observed − predicted| / predicted. */
  readonly ence: number;
  /** Correlation of standard deviation and |error|: of the values, and of their ranks. */
  readonly correlation: { readonly pearson: number; readonly spearman: number };
  /** Remaining error after removing the most uncertain values. */
  readonly sparsification: {
    /** Fractions removed. */
    readonly shares: readonly number[];
    /** RMSE of the rest relative to all, removing by standard deviation. */
    readonly byDeviation: readonly number[];
    /** The same, removing by the error itself. */
    readonly byError: readonly number[];
    /** Area between the two curves (AUSE); 0 is perfect. */
    readonly ause: number;
    /** Area gained over removal at random; 0 if the standard deviation is uninformative. */
    readonly gain: number;
  };
}

const SHARES = Array.from({ length: 20 }, (_, i) => i / 20);

/** Collects the pairs that count, at most `most`. */
function gather(
  images: readonly ErrorPairs[],
  most: number,
): { readonly deviations: Float32Array; readonly errors: Float32Array } {
  const total = images.reduce((sum, { error }) => sum + error.length, 0);
  // A stride that is not a multiple of the bands visits all of them.
  let stride = Math.ceil(total / most);
  while (stride > 1 && images.some(({ channels = 1 }) => channels > 1 && stride % channels === 0)) {
    stride++;
  }
  const deviations = new Float32Array(Math.ceil(total / stride) + images.length);
  const errors = new Float32Array(deviations.length);
  let count = 0;
  for (const { deviation, error, mask, channels = 1 } of images) {
    if (deviation.length !== error.length) {
      throw new TypeError(
        `Cannot compute the reliability: there must be a standard deviation for each of ` +
          `${error.length} errors, got ${deviation.length}`,
      );
    }
    for (let i = 0; i < error.length; i += stride) {
      if (mask !== undefined && mask[Math.floor(i / channels)] !== 1) continue;
      if (Number.isNaN(deviation[i]! + error[i]!)) continue;
      deviations[count] = deviation[i]!;
      errors[count++] = error[i]!;
    }
  }
  return { deviations: deviations.subarray(0, count), errors: errors.subarray(0, count) };
}

function rms(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}

/** Indices that sort the values in ascending order; ties keep their order. */
function order(values: Float32Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
}

/** Ranks; ties share their mean rank. */
function ranks(values: Float32Array, rising: Uint32Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let first = 0; first < rising.length;) {
    let last = first;
    while (last + 1 < rising.length && values[rising[last + 1]!] === values[rising[first]!]) last++;
    for (let i = first; i <= last; i++) out[rising[i]!] = (first + last) / 2;
    first = last + 1;
  }
  return out;
}

function pearson(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - ma, b[i]! - mb];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/** RMSE of the remaining values relative to all, for each of {@linkcode SHARES}. */
function leftOver(errors: Float32Array, rising: Uint32Array): readonly number[] {
  const sums = new Float64Array(errors.length + 1);
  for (let i = 0; i < rising.length; i++) sums[i + 1] = sums[i]! + errors[rising[i]!]! ** 2;
  const all = Math.sqrt(sums[errors.length]! / errors.length);
  return SHARES.map((share) => {
    const kept = Math.max(1, Math.round(errors.length * (1 - share)));
    return all === 0 ? 1 : Math.sqrt(sums[kept]! / kept) / all;
  });
}

/**
 * Compares predicted standard deviations with true errors.
 *
 * @param images Standard deviations and errors of each image.
 * @throws {TypeError} If an image has different numbers of standard deviations and errors.
 * @throws {RangeError} If there are fewer values than bins.
 */
export function reliability(
  images: Iterable<ErrorPairs>,
  { bins: wanted = 15, most = 2_000_000 }: ReliabilityOptions = {},
): Reliability {
  const { deviations: given, errors: all } = gather([...images], most);
  const unsure = Uint32Array.from(given.keys().filter((i) => given[i]! > 0));
  const certain = Float32Array.from(given.keys().filter((i) => given[i] === 0), (i) => all[i]!);
  const deviations = Float32Array.from(unsure, (i) => given[i]!);
  const errors = Float32Array.from(unsure, (i) => Math.abs(all[i]!));
  if (errors.length < wanted) {
    throw new RangeError(
      `Cannot compute the reliability: there must be a value for each of ${wanted} bins, got ` +
        `${errors.length} with a standard deviation above 0`,
    );
  }
  const [rising, byError] = [order(deviations), order(errors)];
  const bins = Array.from({ length: wanted }, (_, b): ReliabilityBin => {
    const cut = (i: number) => Math.floor(errors.length * i / wanted);
    const indices = rising.subarray(cut(b), cut(b + 1));
    return {
      predicted: rms(Float32Array.from(indices, (i) => deviations[i]!)),
      observed: rms(Float32Array.from(indices, (i) => errors[i]!)),
      count: indices.length,
    };
  });
  const [predicted, observed] = [rms(deviations), rms(errors)];
  const [ours, oracle] = [leftOver(errors, rising), leftOver(errors, byError)];
  return {
    count: given.length,
    certain: { count: certain.length, observed: certain.length === 0 ? 0 : rms(certain) },
    predicted,
    observed,
    ratio: observed / predicted,
    bins,
    ence: mean(bins.map((bin) => Math.abs(bin.observed - bin.predicted) / bin.predicted)),
    correlation: {
      pearson: pearson(deviations, errors),
      spearman: pearson(ranks(deviations, rising), ranks(errors, byError)),
    },
    sparsification: {
      shares: SHARES,
      byDeviation: ours,
      byError: oracle,
      ause: mean(ours.map((value, i) => value - oracle[i]!)),
      gain: mean(ours.map((value) => 1 - value)),
    },
  };
}
