/**
 * Pixels of all dates in the form that the comparison in time reads: top-of-atmosphere reflectance
 * of the bands with a signature, and the haze index, as means of blocks of 2×2 pixels. The blocks
 * lie on the scene's grid, so that those of a window are those of the whole.
 *
 * @module
 */

import type { Raster } from "../../core/mod.ts";
import type { UsedBands } from "./signatures.ts";

/** The same blocks on every date. */
export interface Pixels {
  /** Columns of blocks. */
  readonly width: number;
  /** Rows of blocks. */
  readonly height: number;
  /** Number of blocks. */
  readonly count: number;
  /** Number of bands. */
  readonly bands: number;
  readonly dates: readonly DatePixels[];
}

/** Blocks of one date. */
export interface DatePixels {
  /** Mean reflectance, [count, bands]. */
  readonly values: Float32Array;
  /** Haze index B02 − 0.5·B04 − 0.08 (haze-optimized transform), [count]. */
  readonly haze: Float32Array;
  /** 1 where a pixel has data in every used band, else 0, [count]. */
  readonly known: Uint8Array;
  /** 1 for each pixel of the raster with data in every used band, else 0. */
  readonly seen: Uint8Array;
}

/** Conversion to top-of-atmosphere reflectance per band of the raster: stored · scale + offset. */
export interface Radiometry {
  readonly scales: readonly number[];
  readonly offsets: readonly number[];
}

/** Computes the blocks of a window of every date. */
export function blocksOf(
  frames: readonly Raster[],
  { used, radiometry, column = 0, row = 0 }: {
    /** Position of the window in the scene. Default 0. */
    readonly column?: number;
    readonly row?: number;
    readonly used: UsedBands;
    readonly radiometry: readonly Radiometry[];
  },
): Pixels {
  const [first] = frames as [Raster];
  const [left, top] = [column & 1, row & 1];
  const width = (first.width + left + 1) >> 1;
  const height = (first.height + top + 1) >> 1;
  const dates = frames.map((raster, t) =>
    datePixels(raster, { used, radiometry: radiometry[t]!, left, top, width, height })
  );
  return { width, height, count: width * height, bands: used.indices.length, dates };
}

function datePixels(
  raster: Raster,
  { used, radiometry, left, top, width, height }: {
    readonly used: UsedBands;
    readonly radiometry: Radiometry;
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  },
): DatePixels {
  const { data, bands: { length: depth }, nodata = 0, valid } = raster;
  const n = used.indices.length;
  const indices = Int32Array.from(used.indices);
  const count = width * height;
  const values = new Float32Array(count * n);
  const haze = new Float32Array(count);
  const known = new Uint8Array(count);
  const seen = new Uint8Array(raster.width * raster.height);
  // Sums of stored values first: of integers they are exact.
  for (let y = 0, i = 0; y < raster.height; y++) {
    const line = ((y + top) >> 1) * width;
    pixel: for (let x = 0; x < raster.width; x++, i++) {
      if (valid !== undefined && valid[i] === 0) continue;
      const from = i * depth;
      for (let b = 0; b < n; b++) {
        const stored = data[from + indices[b]!]!;
        if (stored === nodata || stored !== stored) continue pixel;
      }
      const to = line + ((x + left) >> 1);
      for (let b = 0, k = to * n; b < n; b++, k++) values[k]! += data[from + indices[b]!]!;
      known[to]!++;
      seen[i] = 1;
    }
  }
  const scales = Float64Array.from(indices, (band) => radiometry.scales[band]!);
  const offsets = Float64Array.from(indices, (band) => radiometry.offsets[band]!);
  for (let i = 0, k = 0; i < count; i++) {
    const found = known[i]!;
    if (found === 0) {
      k += n;
      continue;
    }
    for (let b = 0; b < n; b++, k++) values[k] = values[k]! / found * scales[b]! + offsets[b]!;
    haze[i] = values[k - n]! - 0.5 * values[k - n + 2]! - 0.08;
    known[i] = 1;
  }
  return { values, haze, known, seen };
}
