/**
 * Map from the features of one or several dates to the reference, fitted on what an affine map leaves
 * over common clear ground. Ridge regression, reweighted so that changed ground and missed clouds
 * count little; each band keeps it only where a two-fold cross-check says that it helps.
 *
 * @module
 */

import { orderStatistic } from "./order_statistic.ts";
import { type RidgeGroup, type Slopes, solve, type Sums } from "./ridge_solve.ts";

/** Pixels of a fit. */
export interface RidgePixels {
  /** Features, [count, features]. */
  readonly x: Float32Array;
  /** Estimate of the affine map, [count, bands]. */
  readonly base: Float32Array;
  /** Reference, [count, bands]. */
  readonly y: Float32Array;
  /** Fold of each pixel, 0 or 1. */
  readonly folds: Uint8Array;
  /** Pixels. */
  readonly count: number;
  /** Features of a pixel. */
  readonly features: number;
  /** Bands. */
  readonly bands: number;
  /** Bands that are estimated from the same features; each band is in one. Default all from all. */
  readonly groups?: readonly RidgeGroup[];
}

/** r ≈ base + bias + Wᵀ·clip((x − mean)·scale). */
export interface RidgeMap {
  /** Mean of each feature. */
  readonly means: Float32Array;
  /** Inverse standard deviation of each feature. */
  readonly scales: Float32Array;
  /** W, [features, bands]; 0 for features that don't serve a band, and where the affine map is better. */
  readonly weights: Float32Array;
  /** Constant of each band. */
  readonly bias: Float32Array;
  /** RMS error of each band on pixels that the map was not fitted to. */
  readonly errors: Float64Array;
}

/** A fitted map with its estimates of the pixels that it was fitted to. */
export interface RidgeFit {
  /** The map. */
  readonly map: RidgeMap;
  /** Estimate of each pixel by the map of the other fold, [count, bands]. */
  readonly estimates: Float32Array;
}

/** Standardized features are clipped to this: beyond it a linear map is a guess. */
export const CLIP = 4;
/** Ridge parameters of standardized features, per pixel: a cross-check chooses one of them. */
const LAMBDAS = [0.003, 0.01, 0.03, 0.1, 0.3];
/** Ridge parameter of the rounds that find changed ground. */
const LAMBDA = 0.01;
const ROUNDS = 3;
/** Pixels that are added to the normal equations together. */
const PIXELS_AT_A_TIME = 4;
/** Errors of this many times the median weigh one half. */
const ROBUST = 3;

/** Fits a map. */
export function fitRidge(pixels: RidgePixels): RidgeFit {
  const { count, bands, y, base } = pixels;
  const { means, scales, z } = standardize(pixels);
  const left = y.map((value, i) => value - base[i]!);
  const weights = new Float32Array(count).fill(1);
  const rough = new Float32Array(count * bands);
  const error = new Float32Array(count);
  let sums = normalEquations(pixels, { z, left, weights });
  let whole = solve(sums, pixels, LAMBDA);
  for (let round = 1; round < ROUNDS; round++) {
    for (let i = 0; i < count; i++) {
      estimate(whole, pixels, { z, i, out: rough });
      let sum = 0;
      for (let k = i * bands; k < (i + 1) * bands; k++) sum += (left[k]! - rough[k]!) ** 2;
      error[i] = sum;
    }
    reweigh(weights, error);
    sums = normalEquations(pixels, { z, left, weights });
    whole = solve(sums, pixels, LAMBDA);
  }
  const { lambda, out } = bestLambda(pixels, { z, left, weights, sums });
  const { slopes, bias } = solve(sums, pixels, lambda);
  const errors = new Float64Array(bands);
  for (let b = 0; b < bands; b++) {
    let [mapped, affine] = [0, 0];
    for (let i = b; i < out.length; i += bands) {
      mapped += (left[i]! - out[i]!) ** 2;
      affine += left[i]! ** 2;
    }
    if (!(mapped < affine)) {
      for (let k = b; k < slopes.length; k += bands) slopes[k] = 0;
      for (let i = b; i < out.length; i += bands) out[i] = 0;
      bias[b] = 0;
    }
    errors[b] = Math.sqrt(Math.min(mapped, affine) / count);
  }
  return {
    map: { means, scales, weights: slopes, bias, errors },
    estimates: out.map((value, i) => value + base[i]!),
  };
}

/**
 * The ridge parameter with the smallest weighted error on the folds that a map was not fitted to, and
 * the estimates there, [count, bands].
 */
function bestLambda(
  pixels: RidgePixels,
  { z, left, weights, sums }: {
    readonly z: Float32Array;
    readonly left: Float32Array;
    readonly weights: Float32Array;
    readonly sums: readonly [Sums, Sums];
  },
): { readonly lambda: number; readonly out: Float32Array } {
  const { bands, count } = pixels;
  let [best, least] = [LAMBDA, Infinity];
  let [out, other] = [new Float32Array(count * bands), new Float32Array(count * bands)];
  for (const lambda of LAMBDAS) {
    crossEstimate(pixels, { z, sums, lambda, out: other });
    let sum = 0;
    for (let i = 0, k = 0; i < count; i++) {
      const weight = weights[i]!;
      for (let b = 0; b < bands; b++, k++) sum += weight * (left[k]! - other[k]!) ** 2;
    }
    if (!(sum < least)) continue;
    [best, least] = [lambda, sum];
    [out, other] = [other, out];
  }
  // No sum is finite: the parameter of the rounds before.
  if (least === Infinity) crossEstimate(pixels, { z, sums, lambda: best, out });
  return { lambda: best, out };
}

/** Estimates the pixels of each fold by the map of the other. */
function crossEstimate(
  pixels: RidgePixels,
  { z, sums, lambda, out }: {
    readonly z: Float32Array;
    readonly sums: readonly [Sums, Sums];
    readonly lambda: number;
    readonly out: Float32Array;
  },
): void {
  const maps = [solve([sums[1]], pixels, lambda), solve([sums[0]], pixels, lambda)];
  pixels.folds.forEach((fold, i) => estimate(maps[fold]!, pixels, { z, i, out }));
}

function standardize({ x, count, features }: RidgePixels) {
  const means = new Float32Array(features);
  const scales = new Float32Array(features);
  for (let f = 0; f < features; f++) {
    let [sum, squares] = [0, 0];
    for (let i = f; i < count * features; i += features) sum += x[i]!;
    const mean = sum / count;
    for (let i = f; i < count * features; i += features) squares += (x[i]! - mean) ** 2;
    means[f] = mean;
    scales[f] = 1 / (Math.sqrt(squares / count) + 1e-6);
  }
  const z = new Float32Array(count * features);
  for (let i = 0, k = 0; i < count; i++) {
    for (let f = 0; f < features; f++, k++) {
      z[k] = Math.min(Math.max((x[k]! - means[f]!) * scales[f]!, -CLIP), CLIP);
    }
  }
  return { means, scales, z };
}

function normalEquations(
  { count, features, bands, folds }: RidgePixels,
  { z, left, weights }: {
    readonly z: Float32Array;
    readonly left: Float32Array;
    readonly weights: Float32Array;
  },
): [Sums, Sums] {
  const size = features + 1;
  const make = (): Sums => ({
    squares: new Float64Array(size * size),
    products: new Float64Array(size * bands),
  });
  const sums: [Sums, Sums] = [make(), make()];
  // Four pixels at a time, so that each sum is read and written once for all of them.
  const line = new Float64Array(PIXELS_AT_A_TIME * size);
  for (const fold of [0, 1] as const) {
    const { squares, products } = sums[fold];
    let filled = 0;
    const flush = () => {
      line.fill(0, filled * size);
      addSquares(squares, line, size);
      filled = 0;
    };
    for (let i = 0; i < count; i++) {
      if (folds[i] !== fold) continue;
      const root = Math.sqrt(weights[i]!);
      const start = filled * size;
      for (let f = 0; f < features; f++) line[start + f] = root * z[i * features + f]!;
      line[start + features] = root;
      for (let f = 0; f < size; f++) {
        const value = root * line[start + f]!;
        const to = f * bands;
        for (let b = 0; b < bands; b++) products[to + b]! += value * left[i * bands + b]!;
      }
      if (++filled === PIXELS_AT_A_TIME) flush();
    }
    if (filled > 0) flush();
  }
  return sums;
}

/** Adds the products of four lines to a lower triangle. */
function addSquares(squares: Float64Array, line: Float64Array, size: number): void {
  const [second, third, fourth] = [size, 2 * size, 3 * size];
  for (let f = 0; f < size; f++) {
    const [p, q] = [line[f]!, line[second + f]!];
    const [r, s] = [line[third + f]!, line[fourth + f]!];
    const row = f * size;
    for (let g = 0; g <= f; g++) {
      squares[row + g]! += p * line[g]! + q * line[second + g]! + r * line[third + g]! +
        s * line[fourth + g]!;
    }
  }
}

function estimate(
  { slopes, bias }: Slopes,
  { features, bands }: RidgePixels,
  { z, i, out }: { readonly z: Float32Array; readonly i: number; readonly out: Float32Array },
): void {
  const to = i * bands;
  for (let b = 0; b < bands; b++) out[to + b] = bias[b]!;
  for (let f = 0; f < features; f++) {
    const value = z[i * features + f]!;
    for (let b = 0, k = f * bands; b < bands; b++, k++) out[to + b]! += slopes[k]! * value;
  }
}

/** w = 1/(1 + e²/(ROBUST²·median e²)). */
function reweigh(weights: Float32Array, error: Float32Array): void {
  const middle = orderStatistic(error, error.length >> 1);
  const scale = ROBUST ** 2 * middle + 1e-20;
  for (let i = 0; i < error.length; i++) weights[i] = 1 / (1 + error[i]! / scale);
}
