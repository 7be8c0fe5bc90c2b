/** Linear interpolation in time as the mean. @module */

import type { Entry } from "../core/mod.ts";
import type { Mean } from "./mean.ts";
import { pixelMean, pixelMeanEntry, type PixelMeanOptions } from "./pixel_mean.ts";

/**
 * Linear interpolation in time between the nearest clear dates before and after the reference; the
 * nearest clear date where there is none on one side.
 */
export function linear(options: PixelMeanOptions = {}): Mean {
  return pixelMean((values, { dates, bands, out }) => {
    const other = dates.findIndex(({ days }) => days * dates[0]!.days < 0);
    const [near, far] = [Math.abs(dates[0]!.days), Math.abs(dates[other]?.days ?? Infinity)];
    const share = other < 0 ? 0 : near / (near + far);
    const at = Math.max(0, other) * bands;
    for (let b = 0; b < bands; b++) out[b] = (1 - share) * values[b]! + share * values[at + b]!;
  }, options);
}

/** Catalog entry of {@linkcode linear}. */
export const linearEntry: Entry<PixelMeanOptions, Mean> = pixelMeanEntry(
  "linear interpolation in time between the nearest clear dates",
  linear,
);
