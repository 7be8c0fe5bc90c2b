/**
 * Pixels of all dates in the form that the comparison in time reads: top-of-atmosphere reflectance
 * of the bands with a signature, and the haze index.
 *
 * @module
 */

import type { Raster } from "../../core/mod.ts";
import type { UsedBands } from "./signatures.ts";

/** The same pixels on every date. */
export interface Pixels {
  /** Number of pixels. */
  readonly count: number;
  /** Number of bands. */
  readonly bands: number;
  readonly dates: readonly DatePixels[];
}

/** Pixels of one date. */
export interface DatePixels {
  /** Reflectance, [count, bands]. */
  readonly values: Float32Array;
  /** Haze index B02 − 0.5·B04 − 0.08 (haze-optimized transform), [count]. */
  readonly haze: Float32Array;
  /** 1 where every used band has data, else 0, [count]. */
  readonly known: Uint8Array;
  /** Reflectance in B10, [count]; undefined without that band. */
  readonly cirrus: Float32Array | undefined;
}

/** Conversion to top-of-atmosphere reflectance per band of the raster: stored · scale + offset. */
export interface Radiometry {
  readonly scales: readonly number[];
  readonly offsets: readonly number[];
}

/** Allocates the pixels of a number of dates, none of them known. */
export function emptyPixels(
  { count, dates, used }: {
    readonly count: number;
    readonly dates: number;
    readonly used: UsedBands;
  },
): Pixels {
  const bands = used.indices.length;
  return {
    count,
    bands,
    dates: Array.from({ length: dates }, () => ({
      values: new Float32Array(count * bands),
      haze: new Float32Array(count),
      known: new Uint8Array(count),
      cirrus: used.cirrus < 0 ? undefined : new Float32Array(count),
    })),
  };
}

/** Copies one pixel of a raster to place `to` of a date. */
export function copyPixel(
  date: DatePixels,
  { raster, used, radiometry, from, to }: {
    readonly raster: Raster;
    readonly used: UsedBands;
    readonly radiometry: Radiometry;
    readonly from: number;
    readonly to: number;
  },
): void {
  const { data, bands: { length: depth }, nodata = 0, valid } = raster;
  const { scales, offsets } = radiometry;
  const { indices, cirrus } = used;
  const n = indices.length;
  const first = from * depth;
  if (valid !== undefined && valid[from] === 0) return;
  for (let b = 0; b < n; b++) {
    const band = indices[b]!;
    const stored = data[first + band]!;
    if (stored === nodata || stored !== stored) return;
    date.values[to * n + b] = stored * scales[band]! + offsets[band]!;
  }
  date.haze[to] = date.values[to * n]! - 0.5 * date.values[to * n + 2]! - 0.08;
  date.known[to] = 1;
  if (date.cirrus !== undefined) {
    date.cirrus[to] = data[first + cirrus]! * scales[cirrus]! + offsets[cirrus]!;
  }
}
