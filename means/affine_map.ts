/**
 * Affine map of each band from a date to the reference, r ≈ g·x + o: least squares over common clear
 * ground, trimmed, and shrunk to the identity where there is little ground.
 *
 * @module
 */

import { orderStatistic } from "./order_statistic.ts";

/** One affine map per band, with what it leaves. */
export interface AffineMap {
  /** g of each band. */
  readonly gains: Float64Array;
  /** o of each band. */
  readonly offsets: Float64Array;
  /** RMS error of each band over all pixels of the fit; NaN without a pixel. */
  readonly errors: Float64Array;
}

/** Pixels of a fit. */
export interface AffinePixels {
  /** Values of the date: pixel i, band b at `x[i · stride + b]`. */
  readonly x: Float32Array;
  /** Values of the reference, laid out alike. */
  readonly y: Float32Array;
  /** Values per pixel in `x` and `y`, ≥ bands. */
  readonly stride: number;
  /** Pixels. */
  readonly count: number;
  /** Bands. */
  readonly bands: number;
}

const GAIN = { least: 0.4, most: 2.5 };
/** Share of the pixels that a trimmed fit keeps, and how often it is repeated. */
const TRIM = { keep: 0.9, rounds: 3 };

/** r = x in every band. */
export function identityMap(bands: number): AffineMap {
  return {
    gains: new Float64Array(bands).fill(1),
    offsets: new Float64Array(bands),
    errors: new Float64Array(bands).fill(NaN),
  };
}

/**
 * Fits the maps.
 *
 * @param options.prior Pixels that say g = 1, o = 0 in addition to the given ones.
 */
export function fitAffine(pixels: AffinePixels, { prior }: { readonly prior: number }): AffineMap {
  const { bands, count } = pixels;
  const map = identityMap(bands);
  if (count === 0) return map;
  const error = new Float32Array(count);
  for (let b = 0; b < bands; b++) {
    let most = Infinity;
    for (let round = 0; round <= TRIM.rounds; round++) {
      const { gain, offset } = fitBand(pixels, { band: b, prior, error, most });
      map.gains[b] = gain;
      map.offsets[b] = offset;
      map.errors[b] = errorsOf(pixels, { band: b, gain, offset, error });
      if (round === TRIM.rounds) break;
      most = orderStatistic(error, Math.min(count - 1, Math.floor(TRIM.keep * count)));
    }
  }
  return map;
}

/** One least-squares fit over the pixels whose last error was at most `most`. */
function fitBand(
  { x, y, stride, count }: AffinePixels,
  { band, prior, error, most }: {
    readonly band: number;
    readonly prior: number;
    readonly error: Float32Array;
    readonly most: number;
  },
): { gain: number; offset: number } {
  let [n, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    if (error[i]! > most) continue;
    const [u, v] = [x[i * stride + band]!, y[i * stride + band]!];
    n++;
    sumX += u;
    sumY += v;
    sumXX += u * u;
    sumXY += u * v;
  }
  const [meanX, meanY] = [sumX / n, sumY / n];
  const varX = Math.max(0, sumXX / n - meanX * meanX);
  const cov = sumXY / n - meanX * meanY;
  // As if `prior` more pixels of the same values had said y = x.
  const share = prior / (prior + n);
  const slope = (1 - share) * (cov / (varX + 1e-12)) + share;
  const gain = Math.min(Math.max(slope, GAIN.least), GAIN.most);
  return { gain, offset: (1 - share) * meanY + share * meanX - gain * meanX };
}

/** Writes |error| of every pixel; returns its RMS. */
function errorsOf(
  { x, y, stride, count }: AffinePixels,
  { band, gain, offset, error }: {
    readonly band: number;
    readonly gain: number;
    readonly offset: number;
    readonly error: Float32Array;
  },
): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const e = gain * x[i * stride + band]! + offset - y[i * stride + band]!;
    error[i] = Math.abs(e);
    sum += e * e;
  }
  return Math.sqrt(sum / count);
}
