/**
 * Bootstrap confidence intervals of a mean: the bias-corrected and accelerated interval (BCa) of Efron,
 * "Better bootstrap confidence intervals" (JASA 1987).
 *
 * @module
 */

import { createRng, mean } from "../core/mod.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/** A mean with its confidence interval. */
export interface Estimate {
  /** Arithmetic mean. */
  readonly mean: number;
  /** Lower end of the interval; null for fewer than two values. */
  readonly low: number | null;
  /** Upper end of the interval. */
  readonly high: number | null;
  /** Number of values. */
  readonly count: number;
}

/** Options of the bootstrap. */
export interface BootstrapOptions {
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  /** Number of resamples. Default 2000. */
  readonly resamples?: number;
  /** Seed of the resampling. Default 0. */
  readonly seed?: number;
}

/** Defaults of {@linkcode BootstrapOptions}. */
export const BOOTSTRAP_DEFAULTS = { level: 0.95, resamples: 2000, seed: 0 } as const;

/** Number of images below which intervals are too narrow. */
export const FEW_IMAGES = 20;

/** Indices of each resample, [resamples, count]; the same for every list of `count` values. */
function resampled(
  count: number,
  { resamples, seed }: Required<BootstrapOptions>,
): Uint32Array {
  const stream = createRng(seed).fork("bootstrap").fork(count);
  return Uint32Array.from(stream.uniforms(resamples * count), (u) => Math.floor(u * count));
}

/** Means of the resamples in ascending order. */
function meansOf(values: readonly number[], picks: Uint32Array): Float64Array {
  const count = values.length;
  const means = new Float64Array(picks.length / count);
  for (let r = 0; r < means.length; r++) {
    let sum = 0;
    for (let i = r * count; i < (r + 1) * count; i++) sum += values[picks[i]!]!;
    means[r] = sum / count;
  }
  return means.sort();
}

/** BCa's acceleration: skewness of the jackknife means over 6. */
function acceleration(values: readonly number[], mean: number): number {
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    // Leaving a value out changes the mean by (mean − value)/(n − 1); the factor cancels.
    squares += (value - mean) ** 2;
    cubes += (value - mean) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** BCa interval of the mean. */
function interval(
  values: readonly number[],
  { mean, level, picks }: {
    readonly mean: number;
    readonly level: number;
    readonly picks: Uint32Array;
  },
): readonly [number, number] {
  const means = meansOf(values, picks);
  let below = 0;
  for (const value of means) below += value < mean ? 1 : value === mean ? 0.5 : 0;
  const bias = normalQuantile(below / means.length);
  const skew = acceleration(values, mean);
  const end = (p: number) => {
    const z = normalQuantile(p) + bias;
    // With all resamples on one side of the mean the bias is infinite: use the percentile interval.
    const share = Number.isFinite(bias) ? normalCdf(bias + z / (1 - skew * z)) : p;
    const index = share * (means.length - 1);
    const first = Math.floor(index);
    const second = Math.min(first + 1, means.length - 1);
    return means[first]! + (means[second]! - means[first]!) * (index - first);
  };
  return [end((1 - level) / 2), end((1 + level) / 2)];
}

/**
 * Creates an estimator of means with intervals: {@linkcode estimateMean} for many lists of values, all
 * with the same resamples of images.
 *
 * @throws {RangeError} If the level is not between 0 and 1.
 */
export function bootstrap(
  options: BootstrapOptions = {},
): (values: readonly number[]) => Estimate {
  const given = { ...BOOTSTRAP_DEFAULTS, ...options };
  const { level } = given;
  if (!(level > 0 && level < 1)) {
    throw new RangeError(
      `Cannot compute an interval: the level must be between 0 and 1, got ${level}`,
    );
  }
  const made = new Map<number, Uint32Array>();
  return (values) => {
    const count = values.length;
    if (count === 0) throw new RangeError("Cannot compute a mean: there must be a value, got none");
    if (count < 2) return { mean: values[0]!, low: null, high: null, count };
    if (values.every((value) => value === values[0])) {
      return { mean: values[0]!, low: values[0]!, high: values[0]!, count };
    }
    const center = mean(values);
    const picks = made.get(count) ?? resampled(count, given);
    made.set(count, picks);
    const [low, high] = interval(values, { mean: center, level, picks });
    return { mean: center, low, high, count };
  };
}

/**
 * Mean of values with its BCa interval. Equal values have an interval of zero width.
 *
 * @throws {RangeError} If there is no value, or the level is not between 0 and 1.
 *
 * @example
 * ```ts
 * import { estimateMean } from "./bootstrap.ts";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const { mean, low, high } = estimateMean([1, 2, 3, 4, 5]);
 * assertEquals(mean, 3);
 * assert(low! > 1 && low! < 3 && high! > 3 && high! < 5);
 * ```
 */
export function estimateMean(
  values: readonly number[],
  options: BootstrapOptions = {},
): Estimate {
  return bootstrap(options)(values);
}
