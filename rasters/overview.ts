/**
 * Overviews: an image at half its resolution.
 *
 * @module
 */

import { type PixelArray, pixelArray, type Raster } from "../core/mod.ts";

/** How a pixel of an overview comes from 2×2 pixels. */
export type Resampling = "mean" | "nearest";

/** What halving needs to know of the rows. */
export interface HalveOptions {
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

/** The upper left of 2×2 pixels. */
function nearestRows(source: PixelArray, out: PixelArray, options: HalveOptions): void {
  const { rows, width, bands } = options;
  for (let y = 0, to = 0; y < rows; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const from = (y * width + x) * bands;
      for (let b = 0; b < bands; b++) out[to++] = source[from + b]!;
    }
  }
}

/** The mean of those of 2×2 pixels that have data. */
function meanRows(source: PixelArray, out: PixelArray, options: HalveOptions): void {
  const { rows, width, bands } = options;
  const whole = !isFloat(source);
  const empty = options.nodata ?? NaN;
  // As pixels hold it: decimal text seldom names a float32 exactly.
  const nodata = source instanceof Float32Array ? Math.fround(empty) : empty;
  const hasData = (value: number) => value !== nodata && value === value;
  for (let y = 0, to = 0; y < rows; y += 2) {
    const below = y + 1 < rows ? width * bands : 0;
    for (let x = 0; x < width; x += 2) {
      const right = x + 1 < width ? bands : 0;
      // At an odd edge the last pixel stands for the missing one, which leaves means as they are.
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
 * Halves rows of an image.
 *
 * @param source Rows [rows, width, bands].
 * @param out Receives rows [⌈rows/2⌉, ⌈width/2⌉, bands].
 */
export function halveRows(source: PixelArray, out: PixelArray, options: HalveOptions): void {
  if (options.resampling === "nearest") nearestRows(source, out, options);
  else meanRows(source, out, options);
}

/**
 * Each pixel the mean of up to 2×2 pixels with data; nodata where none has any. With "nearest" the
 * upper left of them, which keeps classes what they are.
 *
 * @returns A raster of ⌈width/2⌉ × ⌈height/2⌉ pixels, without georeference.
 */
export function halve(raster: Raster, resampling: Resampling = "mean"): Raster {
  const { width, height, dtype, nodata } = raster;
  const bands = raster.bands.length;
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const data = pixelArray(dtype, half.width * half.height * bands);
  halveRows(raster.data, data, { rows: height, width, bands, nodata, resampling });
  return {
    ...half,
    bands: raster.bands,
    data,
    dtype,
    ...(nodata === undefined ? {} : { nodata }),
  };
}
