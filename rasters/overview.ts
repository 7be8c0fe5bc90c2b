/**
 * Overviews: images at half their resolution.
 *
 * @module
 */

import type { PixelArray } from "../core/mod.ts";

/** Resampling of 2×2 pixels to one: the mean of those with data, or the upper left one. */
export type Resampling = "mean" | "nearest";

/** Options of {@linkcode halveRows}. */
interface HalveOptions {
  /** Number of rows; the first is an even row of the image. */
  readonly rows: number;
  readonly width: number;
  readonly bands: number;
  /** The value that marks a pixel without data. */
  readonly nodata?: number | undefined;
  /** Default "mean". */
  readonly resampling?: Resampling;
}

function isFloat(pixels: PixelArray): boolean {
  return pixels instanceof Float32Array || pixels instanceof Float64Array;
}

/** Takes the upper left of 2×2 pixels. */
function nearestRows(source: PixelArray, out: PixelArray, options: HalveOptions): void {
  const { rows, width, bands } = options;
  for (let y = 0, to = 0; y < rows; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const from = (y * width + x) * bands;
      for (let b = 0; b < bands; b++) out[to++] = source[from + b]!;
    }
  }
}

/** Takes the mean of those of 2×2 pixels that have data. */
function meanRows(source: PixelArray, out: PixelArray, options: HalveOptions): void {
  const { rows, width, bands } = options;
  const whole = !isFloat(source);
  const empty = options.nodata ?? NaN;
  // Rounded as the pixels are: a decimal string seldom is a float32 exactly.
  const nodata = source instanceof Float32Array ? Math.fround(empty) : empty;
  const hasData = (value: number) => value !== nodata && value === value;
  for (let y = 0, to = 0; y < rows; y += 2) {
    const below = y + 1 < rows ? width * bands : 0;
    for (let x = 0; x < width; x += 2) {
      const right = x + 1 < width ? bands : 0;
      // At an odd edge the last pixel is repeated, which does not change the mean.
      let from = (y * width + x) * bands;
      for (let b = 0; b < bands; b++, from++, to++) {
        const p = source[from]!;
        const q = source[from + right]!;
        const r = source[from + below]!;
        const s = source[from + below + right]!;
        let mean;
        if (hasData(p) && hasData(q) && hasData(r) && hasData(s)) {
          mean = (p + q + r + s) / 4;
        } else {
          const count = Number(hasData(p)) + Number(hasData(q)) + Number(hasData(r)) +
            Number(hasData(s));
          const sum = (hasData(p) ? p : 0) + (hasData(q) ? q : 0) + (hasData(r) ? r : 0) +
            (hasData(s) ? s : 0);
          mean = count === 0 ? nodata : sum / count;
        }
        out[to] = whole ? Math.round(mean) : mean;
      }
    }
  }
}

/**
 * Halves rows of an image: each pixel is the mean of up to 2×2 pixels with data, nodata where none
 * has any. With "nearest" it is the upper left of them, which keeps classes.
 *
 * @param source Rows [rows, width, bands].
 * @param out Receives rows [⌈rows/2⌉, ⌈width/2⌉, bands].
 */
export function halveRows(source: PixelArray, out: PixelArray, options: HalveOptions): void {
  if (options.resampling === "nearest") nearestRows(source, out, options);
  else meanRows(source, out, options);
}
