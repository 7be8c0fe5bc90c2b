/**
 * Square crops and the eight symmetries of the square.
 *
 * @module
 */

import type { Raster, Rng } from "../core/mod.ts";

/** A square crop and one of the eight symmetries of the square. */
export interface Crop {
  readonly column: number;
  readonly row: number;
  readonly size: number;
  /** 0–7: bit 0 transposes, bit 1 flips columns, bit 2 flips rows. */
  readonly symmetry: number;
}

/** Draws one of the eight symmetries, see {@linkcode Crop}. */
export function anySymmetry(rng: Rng): number {
  return rng.integer(8, 2);
}

/** A random crop of `size` pixels with a random symmetry. */
export function randomCrop(
  { width, height }: { readonly width: number; readonly height: number },
  { size, rng }: { readonly size: number; readonly rng: Rng },
): Crop {
  return {
    column: rng.integer(width - size + 1, 0),
    row: rng.integer(height - size + 1, 1),
    size,
    symmetry: anySymmetry(rng),
  };
}

/** Column and row of the source pixel that a symmetry moves to (x, y) of a square of `size` pixels. */
export function sourcePixel(
  x: number,
  y: number,
  { size, symmetry }: Pick<Crop, "size" | "symmetry">,
): readonly [number, number] {
  const [u, v] = (symmetry & 1) === 0 ? [x, y] : [y, x];
  return [(symmetry & 2) === 0 ? u : size - 1 - u, (symmetry & 4) === 0 ? v : size - 1 - v];
}

/**
 * Copies the pixels of a crop, with its symmetry applied.
 *
 * @param out Receives [size, size, bands]; it may be of any number type.
 */
export function cropInto(
  out: Float32Array | Raster["data"],
  { raster, crop }: { readonly raster: Raster; readonly crop: Crop },
): void {
  const { size, column, row } = crop;
  const count = raster.bands.length;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = sourcePixel(x, y, crop);
      const from = ((row + v) * raster.width + column + u) * count;
      const to = (y * size + x) * count;
      for (let b = 0; b < count; b++) out[to + b] = raster.data[from + b]!;
    }
  }
}

/** Returns true if some pixel is nodata in all bands. */
export function hasEmptyPixels(data: ArrayLike<number>, bands: number, nodata: number): boolean {
  for (let i = 0; i < data.length; i += bands) {
    let b = 0;
    while (b < bands && data[i + b] === nodata) b++;
    if (b === bands) return true;
  }
  return false;
}
