/** The geometric median of the clear dates as the mean. @module */

import type { Entry } from "../core/mod.ts";
import type { Mean } from "./mean.ts";
import { pixelMean, pixelMeanEntry, type PixelMeanOptions } from "./pixel_mean.ts";

/** Steps of Weiszfeld's algorithm; each halves the error or better in practice. */
const STEPS = 20;
/** Distance, in reflectance, below which dates count as equal. */
const CLOSE = 1e-5;

/**
 * Geometric median of the dates that are clear at a pixel: the spectrum with the least sum of
 * distances over all bands to theirs, by Weiszfeld's algorithm from their average.
 */
export function geometricMedian(options: PixelMeanOptions = {}): Mean {
  return pixelMean((values, { dates, bands, out }) => {
    const count = dates.length;
    const center = new Float64Array(bands);
    const next = new Float64Array(bands);
    values.forEach((value, i) => center[i % bands]! += value / count);
    for (let step = 0; count > 2 && step < STEPS; step++) {
      next.fill(0);
      let total = 0;
      for (let at = 0; at < values.length; at += bands) {
        let squares = 0;
        for (let b = 0; b < bands; b++) squares += (values[at + b]! - center[b]!) ** 2;
        const weight = 1 / (Math.sqrt(squares) + CLOSE);
        total += weight;
        for (let b = 0; b < bands; b++) next[b]! += weight * values[at + b]!;
      }
      for (let b = 0; b < bands; b++) center[b] = next[b]! / total;
    }
    out.set(center);
  }, options);
}

/** Catalog entry of {@linkcode geometricMedian}. */
export const geometricMedianEntry: Entry<PixelMeanOptions, Mean> = pixelMeanEntry(
  "geometric median of the dates that are clear at a pixel, for periods without a reference",
  geometricMedian,
);
