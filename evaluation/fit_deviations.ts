/**
 * Fits errors by the spread of samples: E[e²] = floor² + factor²·spread², one floor a band, one factor for
 * all.
 *
 * @module
 */

import type { ErrorPairs } from "./reliability.ts";

/** What spreads become deviations by: √(floor² + (factor · spread)²). */
export interface FittedDeviations {
  readonly factor: number;
  /** Of each band. */
  readonly floor: readonly number[];
}

/** Mean squares of a bin of one band. */
interface Bin {
  readonly spread: number;
  readonly error: number;
}

/** Bins of a band, of equal counts. */
const BINS = 16;
/** Numbers of a band that are looked at, at most. */
const MOST = 200_000;
/** Factors that are tried: the root mean square one times 10^−2 … 10^0.5, finely. */
const FACTORS = Array.from({ length: 501 }, (_, i) => 10 ** (-2 + i / 200));

/** Squared spreads and errors of a band, sorted by spread, as means of bins. */
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
    const mean = (of: (pair: readonly [number, number]) => number) =>
      own.reduce((sum, pair) => sum + of(pair) ** 2, 0) / own.length;
    return { spread: mean(([spread]) => spread), error: mean(([, error]) => error) };
  });
}

/** The best floor of a band for a factor, and what is left: squares of weighted distances. */
function floorOf(bins: readonly Bin[], square: number) {
  const weights = bins.map(({ error }) => 1 / error);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const above = bins.reduce(
    (all, { spread, error }, i) => all + weights[i]! * (error - square * spread),
    0,
  );
  const floor = Math.max(0, above / sum);
  const left = bins.reduce(
    (all, { spread, error }, i) => all + weights[i]! * (error - floor - square * spread) ** 2,
    0,
  );
  // Over the band's mean square, so that bands of small numbers count as others do.
  return { floor, left: left / (bins.reduce((all, { error }) => all + error, 0) / bins.length) };
}

/**
 * Fits the factor and the floors by bins of equal counts. The distance of a bin is weighted by the
 * inverse of its mean square error: between absolute distances, which see large errors only, and relative
 * ones, which see them too little.
 *
 * @param images Spreads and errors; their masks say which pixels count.
 * @throws {RangeError} If a band has no error beside a spread above 0.
 */
export function fitDeviations(
  images: readonly ErrorPairs[],
  { bands }: { readonly bands: number },
): FittedDeviations {
  const all = Array.from({ length: bands }, (_, band) => {
    const bins = binsOf(images, { band, bands }).filter(({ error }) => error > 0);
    if (bins.length > 0) return bins;
    throw new RangeError(
      `Cannot calibrate: band ${band} must have errors beside spreads above 0, got none; give more ` +
        "places",
    );
  });
  const flat = all.flat();
  const plain = flat.reduce((sum, { error }) => sum + error, 0) /
    flat.reduce((sum, { spread }) => sum + spread, 0);
  let best = { square: plain, left: Infinity };
  for (const factor of FACTORS) {
    const square = plain * factor ** 2;
    const left = all.reduce((sum, bins) => sum + floorOf(bins, square).left, 0);
    if (left < best.left) best = { square, left };
  }
  const round = (value: number) => Number(value.toPrecision(4));
  return {
    factor: round(Math.sqrt(best.square)),
    floor: all.map((bins) => round(Math.sqrt(floorOf(bins, best.square).floor))),
  };
}
