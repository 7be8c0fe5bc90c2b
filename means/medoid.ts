/** The medoid of the clear dates as the mean. @module */

import type { Entry } from "../core/mod.ts";
import type { Mean } from "./mean.ts";
import { pixelMean, pixelMeanEntry, type PixelMeanOptions } from "./pixel_mean.ts";

/**
 * Medoid of the dates that are clear at a pixel: the date with the least sum of distances over all
 * bands to the others, each weighted by its clear share of the scene. A spectrum that was really
 * observed, for periods without a reference.
 */
export function medoid(options: PixelMeanOptions = {}): Mean {
  return pixelMean((values, { dates, bands, out }) => {
    let [best, least] = [0, Infinity];
    for (let l = 0; l < dates.length; l++) {
      let cost = 0;
      for (let m = 0; m < dates.length; m++) {
        cost += dates[m]!.clear * distance(values, { l, m, bands });
      }
      if (cost < least) [best, least] = [l, cost];
    }
    out.set(values.subarray(best * bands, (best + 1) * bands));
  }, options);
}

function distance(
  values: Float32Array,
  { l, m, bands }: { readonly l: number; readonly m: number; readonly bands: number },
): number {
  let sum = 0;
  for (let b = 0; b < bands; b++) sum += (values[l * bands + b]! - values[m * bands + b]!) ** 2;
  return Math.sqrt(sum);
}

/** Catalog entry of {@linkcode medoid}. */
export const medoidEntry: Entry<PixelMeanOptions, Mean> = pixelMeanEntry(
  "weighted medoid of the dates that are clear at a pixel, for periods without a reference",
  medoid,
);
