/**
 * Features of a date at one pixel, from which a map to the reference is fitted: the bands, their
 * means over 5 × 5 clear pixels, and their gradients along columns and rows. The gradients let a
 * linear map undo a shift between dates of part of a pixel; the means let it sharpen or smooth.
 *
 * @module
 */

import type { RidgeGroup } from "./ridge_solve.ts";

/** Largest distance, in pixels, of a pixel that features depend on. */
export const FEATURE_MARGIN = 2;

/** Measured values per band: value, mean, gradient along columns, gradient along rows. */
export const FEATURES_PER_BAND = 4;

/** One frame of a window, with the flags of its clear pixels. */
export interface ClearFrame {
  /** [height, width, bands]. */
  readonly values: Float32Array;
  /** [height, width]. */
  readonly clear: Uint8Array;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Bands. */
  readonly bands: number;
}

/** A pixel, and the place of its features. */
interface FeatureTarget {
  readonly x: number;
  readonly y: number;
  readonly out: Float32Array;
  readonly at: number;
}

/** Features of the clear pixels of a frame. Pixels of a row that are near each other share their sums. */
export class FrameFeatures {
  readonly #frame: ClearFrame;
  /** Sums over the clear pixels of a column of the window of means, [width, bands]. */
  readonly #sums: Float64Array;
  /** Clear pixels of each column. */
  readonly #counts: Uint8Array;
  /** Row whose windows the sums of a column are of. */
  readonly #rows: Int32Array;

  constructor(frame: ClearFrame) {
    const { width, bands } = frame;
    this.#frame = frame;
    this.#sums = new Float64Array(width * bands);
    this.#counts = new Uint8Array(width);
    this.#rows = new Int32Array(width).fill(-1);
  }

  /**
   * Writes the features of a clear pixel: all values, all means, all gradients along columns, all
   * gradients along rows. Where a neighbour is hidden or beyond the scene, the pixel itself stands in.
   */
  write({ x, y, out, at }: FeatureTarget): void {
    const { values, clear, height, width, bands } = this.#frame;
    const pixel = y * width + x;
    const center = pixel * bands;
    for (let b = 0; b < bands; b++) out[at + b] = values[center + b]!;
    this.#writeMeans({ x, y, out, at: at + bands });
    const west = x > 0 && clear[pixel - 1] !== 0 ? center - bands : center;
    const east = x < width - 1 && clear[pixel + 1] !== 0 ? center + bands : center;
    const north = y > 0 && clear[pixel - width] !== 0 ? center - width * bands : center;
    const south = y < height - 1 && clear[pixel + width] !== 0 ? center + width * bands : center;
    for (let b = 0; b < bands; b++) {
      out[at + 2 * bands + b] = (values[east + b]! - values[west + b]!) / 2;
      out[at + 3 * bands + b] = (values[south + b]! - values[north + b]!) / 2;
    }
  }

  /** Writes the means over the clear pixels of a window around a pixel. */
  #writeMeans({ x, y, out, at }: FeatureTarget): void {
    const { width, bands } = this.#frame;
    const [sums, counts, rows] = [this.#sums, this.#counts, this.#rows];
    const left = Math.max(0, x - FEATURE_MARGIN);
    const right = Math.min(width - 1, x + FEATURE_MARGIN);
    let count = 0;
    for (let column = left; column <= right; column++) {
      if (rows[column] !== y) this.#sumColumn(column, y);
      count += counts[column]!;
    }
    // Each mean is summed in the same order, whatever was summed before.
    for (let b = 0; b < bands; b++) {
      let sum = 0;
      for (let k = left * bands + b; k <= right * bands + b; k += bands) sum += sums[k]!;
      out[at + b] = sum / count;
    }
  }

  /** Sums the clear pixels of a column in the rows around `y`. */
  #sumColumn(column: number, y: number): void {
    const { values, clear, height, width, bands } = this.#frame;
    const sums = this.#sums;
    const to = column * bands;
    const bottom = Math.min(height - 1, y + FEATURE_MARGIN);
    sums.fill(0, to, to + bands);
    let count = 0;
    for (let v = Math.max(0, y - FEATURE_MARGIN); v <= bottom; v++) {
      const i = v * width + column;
      if (clear[i] === 0) continue;
      count++;
      for (let b = 0, from = i * bands; b < bands; b++) sums[to + b]! += values[from + b]!;
    }
    this.#counts[column] = count;
    this.#rows[column] = y;
  }
}

/** Features of a map per band: those measured and the square of the value. */
export const MAP_FEATURES_PER_BAND = FEATURES_PER_BAND + 1;

/** Copies the measured features of a date and adds the squares of its values. */
export function expandFeatures(
  { from, at, to, start, bands }: {
    readonly from: Float32Array;
    readonly at: number;
    readonly to: Float32Array | Float64Array;
    readonly start: number;
    readonly bands: number;
  },
): void {
  const measured = FEATURES_PER_BAND * bands;
  for (let f = 0; f < measured; f++) to[start + f] = from[at + f]!;
  for (let b = 0; b < bands; b++) to[start + measured + b] = from[at + b]! ** 2;
}

/** Index of the means among the features of a band. */
const MEANS = 1;

/**
 * Groups of bands by their grain, with the features that serve each: of coarser bands only the means,
 * because the steps of repeated pixels would show in finer bands.
 *
 * @param grains Grain of each band, as of `grainOf`.
 * @param options.sources Dates whose features a map reads, one after the other.
 */
export function groupsByGrain(
  grains: readonly number[],
  { sources }: { readonly sources: number },
): readonly RidgeGroup[] {
  const { length: bands } = grains;
  const all = Array.from({ length: sources * MAP_FEATURES_PER_BAND * bands }, (_, f) => f);
  return [...new Set(grains)].map((grain) => ({
    bands: [...grains.keys()].filter((band) => grains[band] === grain),
    features: all.filter((f) =>
      Math.floor(f / bands) % MAP_FEATURES_PER_BAND === MEANS || grains[f % bands]! <= grain
    ),
  }));
}

/**
 * Grain of a band by the share of its pixels that equal their neighbour to the east: 0, or 1 where
 * pixels were repeated about twice in a row (20 m at 10 m), 2 where more often (60 m).
 */
export function grainOf(alike: number): number {
  return alike < 0.45 ? 0 : alike < 0.75 ? 1 : 2;
}
