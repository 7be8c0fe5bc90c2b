/** The median of the clear dates as the mean. @module */

import type { Entry } from "../core/mod.ts";
import type { Mean } from "./mean.ts";
import { pixelMean, pixelMeanEntry, type PixelMeanOptions } from "./pixel_mean.ts";

/** Median, band by band, of the dates that are clear at a pixel; midpoint of an even count. */
export function median(options: PixelMeanOptions = {}): Mean {
  return pixelMean((values, { dates, bands, out }) => {
    const column = new Float32Array(dates.length);
    for (let b = 0; b < bands; b++) {
      for (let l = 0; l < column.length; l++) column[l] = values[l * bands + b]!;
      column.sort();
      out[b] = (column[(column.length - 1) >> 1]! + column[column.length >> 1]!) / 2;
    }
  }, options);
}

/** Catalog entry of {@linkcode median}. */
export const medianEntry: Entry<PixelMeanOptions, Mean> = pixelMeanEntry(
  "median, band by band, of the dates that are clear at a pixel",
  median,
);
