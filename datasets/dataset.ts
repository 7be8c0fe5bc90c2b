/**
 * Datasets: samples of a cloudy sequence and its clear target, by index.
 *
 * @module
 */

import type { Raster, Rng } from "../core/mod.ts";

/** One training or test sample in file numbers (DN, dB, grey values). */
export interface Sample {
  /** Where it comes from, for logs and error messages. */
  readonly name: string;
  /** Frames L. */
  readonly length: number;
  readonly height: number;
  readonly width: number;
  /** The frames [L, H, W, C]. */
  readonly cloudy: Float32Array;
  /** The clear image [H, W, C]. */
  readonly target: Float32Array;
  /** Auxiliary bands of each frame [L, H, W, A]. */
  readonly auxiliary?: Float32Array;
  /** The frame that the target depicts, in [0, L). */
  readonly reference: number;
  /** 1 where cloud or shadow hides the ground, [L, H, W]; absent where nobody knows. */
  readonly mask?: Uint8Array;
}

/** Samples by index. */
export interface Dataset {
  /** Number of samples; a synthetic dataset's is how many it counts as one epoch. */
  readonly size: number;
  /** Band names of the images in channel order. */
  readonly bands: readonly string[];
  /**
   * Tells what samples are drawn from, wherever it lies: another digest is other data. Absent where
   * nobody knows.
   */
  readonly digest?: string;
  /** Samples that are no part of it because files of them are missing. Default none. */
  readonly incomplete?: number;
  /**
   * @param index In [0, size).
   * @param rng Decides crop, flips and clouds: the same stream gives the same sample.
   */
  sample(index: number, rng: Rng): Promise<Sample>;
}

/** A square crop and one of the eight symmetries of the square. */
export interface Crop {
  readonly column: number;
  readonly row: number;
  readonly size: number;
  /** 0–7: bit 0 transposes, bit 1 flips columns, bit 2 flips rows. */
  readonly symmetry: number;
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
    symmetry: rng.integer(8, 2),
  };
}

/**
 * The pixels of a crop, [size, size, bands], turned by its symmetry.
 *
 * @param out Receives them from index `at` on; it may be of any number type.
 */
export function cropInto(
  out: Float32Array | Raster["data"],
  at: number,
  { raster, crop }: { readonly raster: Raster; readonly crop: Crop },
): void {
  const { size, column, row, symmetry } = crop;
  const bands = raster.bands.length;
  const last = size - 1;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = (symmetry & 1) === 0 ? [x, y] : [y, x];
      const fromX = column + ((symmetry & 2) === 0 ? u : last - u);
      const fromY = row + ((symmetry & 4) === 0 ? v : last - v);
      const from = (fromY * raster.width + fromX) * bands;
      const to = at + (y * size + x) * bands;
      for (let b = 0; b < bands; b++) out[to + b] = raster.data[from + b]!;
    }
  }
}

/** Whether any pixel of a crop has no data in all bands. */
export function hasEmptyPixels(data: ArrayLike<number>, bands: number, nodata: number): boolean {
  for (let i = 0; i < data.length; i += bands) {
    let b = 0;
    while (b < bands && data[i + b] === nodata) b++;
    if (b === bands) return true;
  }
  return false;
}
