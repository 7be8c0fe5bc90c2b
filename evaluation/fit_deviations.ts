/**
 * Fits the error as a function of the ensemble spread: E[e²] = floor² + factor²·spread², with one floor
 * per band and one factor for all.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import type { ErrorPairs } from "./reliability.ts";

/** Calibrated standard deviation: √(floor² + (factor · spread)²). */
export interface FittedDeviations {
  /** Factor of the ensemble spread. */
  readonly factor: number;
  /** Error floor of each band. */
  readonly floor: readonly number[];
}

/** Mean squares over one bin of a band. */
interface Bin {
  readonly spread: number;
  readonly error: number;
}

/** Bins per band, of equal counts. */
const BINS = 16;
/** Most values of a band that are used. */
const MOST = 200_000;
/** Factors to try, relative to the root mean square ratio: 10^−2 … 10^0.5. */
const FACTORS = Array.from({ length: 501 }, (_, i) => 10 ** (-2 + i / 200));

/** Mean squared spread and error in bins of a band, sorted by spread. */
function binsOf(
  images: readonly ErrorPairs[],
  { band, bands }: { readonly band: number; readonly bands: number },
): readonly Bin[] {
  const total = images.reduce((sum, { error }) => sum + error.length / bands, 0);
  const step = Math.max(1, Math.ceil(total / MOST));
  const pairs: (readonly [number, number])[] = [];
  for (const { deviation, error, mask } of images) {
    for (let pixel = 0; pixel * bands < error.length; pixel += step) {
      if (mask !== undefined && mask[pixel] !== 1) continue;
      const i = pixel * bands + band;
      if (deviation[i]! > 0 && !Number.isNaN(error[i]!)) pairs.push([deviation[i]!, error[i]!]);
    }
  }
  pairs.sort(([a], [b]) => a - b);
  const count = Math.min(BINS, pairs.length);
  return Array.from({ length: count }, (_, b) => {
    const cut = (i: number) => Math.floor(pairs.length * i / count);
    const own = pairs.slice(cut(b), cut(b + 1));
    const meanSquare = (of: (pair: readonly [number, number]) => number) =>
      mean(own.map((pair) => of(pair) ** 2));
    return { spread: meanSquare(([spread]) => spread), error: meanSquare(([, error]) => error) };
  });
}

/** Best floor of a band for a factor, and its weighted squared residual. */
function floorOf(bins: readonly Bin[], square: number) {
  const weights = bins.map(({ error }) => 1 / error);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const excess = bins.reduce(
    (all, { spread, error }, i) => all + weights[i]! * (error - square * spread),
    0,
  );
  const floor = Math.max(0, excess / sum);
  const residual = bins.reduce(
    (all, { spread, error }, i) => all + weights[i]! * (error - floor - square * spread) ** 2,
    0,
  );
  // Relative to the band's mean square, so that dark bands count as much as bright ones.
  return {
    floor,
    residual: residual / (bins.reduce((all, { error }) => all + error, 0) / bins.length),
  };
}

/**
 * Fits the factor and the floors on bins of equal counts. Residuals are weighted by the inverse mean
 * square error of the bin: a compromise between absolute residuals, which large errors dominate, and
 * relative ones, which underrate them.
 *
 * @param images Ensemble spread and errors, with masks of the pixels that count.
 * @throws {RangeError} If a band has no error at a spread above 0.
 */
export function fitDeviations(
  images: readonly ErrorPairs[],
  { bands }: { readonly bands: number },
): FittedDeviations {
  const all = Array.from({ length: bands }, (_, band) => {
    const bins = binsOf(images, { band, bands }).filter(({ error }) => error > 0);
    if (bins.length > 0) return bins;
    throw new RangeError(
      `Cannot calibrate: band ${band} must have errors where the ensemble spread is above 0, got ` +
        "none; add more cases",
    );
  });
  const flat = all.flat();
  const plain = flat.reduce((sum, { error }) => sum + error, 0) /
    flat.reduce((sum, { spread }) => sum + spread, 0);
  let best = { square: plain, residual: Infinity };
  for (const factor of FACTORS) {
    const square = plain * factor ** 2;
    const residual = all.reduce((sum, bins) => sum + floorOf(bins, square).residual, 0);
    if (residual < best.residual) best = { square, residual };
  }
  const round = (value: number) => Number(value.toPrecision(4));
  return {
    factor: round(Math.sqrt(best.square)),
    floor: all.map((bins) => round(Math.sqrt(floorOf(bins, best.square).floor))),
  };
}
