/** The average of the clear dates as the mean. @module */

import type { Entry } from "../core/mod.ts";
import type { Mean } from "./mean.ts";
import { pixelMean, pixelMeanEntry, type PixelMeanOptions } from "./pixel_mean.ts";

/** Average of the dates that are clear at a pixel. */
export function average(options: PixelMeanOptions = {}): Mean {
  return pixelMean((values, { dates, bands, out }) => {
    for (let b = 0; b < bands; b++) {
      let sum = 0;
      for (let i = b; i < values.length; i += bands) sum += values[i]!;
      out[b] = sum / dates.length;
    }
  }, options);
}

/** Catalog entry of {@linkcode average}. */
export const averageEntry: Entry<PixelMeanOptions, Mean> = pixelMeanEntry(
  "average of the dates that are clear at a pixel",
  average,
);
