/** The clearest date as the mean. @module */

import type { Entry } from "../core/mod.ts";
import type { Mean } from "./mean.ts";
import { pixelMean, pixelMeanEntry, type PixelMeanOptions } from "./pixel_mean.ts";

/** Of the dates that are clear at a pixel, the one with the most clear ground in the scene. */
export function clearest(options: PixelMeanOptions = {}): Mean {
  return pixelMean((values, { dates, bands, out }) => {
    let best = 0;
    dates.forEach(({ clear }, l) => best = clear > dates[best]!.clear ? l : best);
    out.set(values.subarray(best * bands, (best + 1) * bands));
  }, options);
}

/** Catalog entry of {@linkcode clearest}. */
export const clearestEntry: Entry<PixelMeanOptions, Mean> = pixelMeanEntry(
  "of the dates that are clear at a pixel, the clearest of the scene",
  clearest,
);
