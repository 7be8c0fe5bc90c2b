/**
 * Overviews: an image at half its resolution.
 *
 * @module
 */

import { pixelArray, type Raster } from "../core/mod.ts";

/**
 * Each pixel the mean of up to 2×2 pixels with data; nodata where none has any.
 *
 * @returns A raster of ⌈width/2⌉ × ⌈height/2⌉ pixels, without georeference.
 */
export function halve(raster: Raster): Raster {
  const { width, height, data, dtype, nodata } = raster;
  const bands = raster.bands.length;
  const whole = dtype !== "float32" && dtype !== "float64";
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const out = pixelArray(dtype, half.width * half.height * bands);
  for (let y = 0; y < half.height; y++) {
    const rows = [2 * y, Math.min(2 * y + 1, height - 1)];
    for (let x = 0; x < half.width; x++) {
      const columns = [2 * x, Math.min(2 * x + 1, width - 1)];
      for (let b = 0; b < bands; b++) {
        let sum = 0;
        let count = 0;
        for (const row of rows) {
          for (const column of columns) {
            const value = data[(row * width + column) * bands + b]!;
            if (value === nodata || Number.isNaN(value)) continue;
            sum += value;
            count++;
          }
        }
        const mean = count === 0 ? (nodata ?? NaN) : sum / count;
        out[(y * half.width + x) * bands + b] = whole ? Math.round(mean) : mean;
      }
    }
  }
  return {
    ...half,
    bands: raster.bands,
    data: out,
    dtype,
    ...(nodata === undefined ? {} : { nodata }),
  };
}
