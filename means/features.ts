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

/**
 * Writes the features of a clear pixel: all values, all means, all gradients along columns, all
 * gradients along rows. Where a neighbour is hidden or beyond the scene, the pixel itself stands in.
 */
export function writeFeatures(
  { values, clear, height, width, bands }: ClearFrame,
  { x, y, out, at }: {
    readonly x: number;
    readonly y: number;
    readonly out: Float32Array;
    readonly at: number;
  },
): void {
  const center = (y * width + x) * bands;
  const means = at + bands;
  for (let b = 0; b < bands; b++) {
    out[at + b] = values[center + b]!;
    out[means + b] = 0;
  }
  let count = 0;
  const [top, bottom] = [Math.max(0, y - FEATURE_MARGIN), Math.min(height - 1, y + FEATURE_MARGIN)];
  const [left, right] = [Math.max(0, x - FEATURE_MARGIN), Math.min(width - 1, x + FEATURE_MARGIN)];
  for (let v = top; v <= bottom; v++) {
    for (let u = left; u <= right; u++) {
      const i = v * width + u;
      if (clear[i] === 0) continue;
      count++;
      for (let b = 0, from = i * bands; b < bands; b++) out[means + b]! += values[from + b]!;
    }
  }
  for (let b = 0; b < bands; b++) out[means + b]! /= count;
  const neighbor = (u: number, v: number) =>
    u < 0 || v < 0 || u >= width || v >= height || clear[v * width + u] === 0
      ? center
      : (v * width + u) * bands;
  const [west, east] = [neighbor(x - 1, y), neighbor(x + 1, y)];
  const [north, south] = [neighbor(x, y - 1), neighbor(x, y + 1)];
  for (let b = 0; b < bands; b++) {
    out[at + 2 * bands + b] = (values[east + b]! - values[west + b]!) / 2;
    out[at + 3 * bands + b] = (values[south + b]! - values[north + b]!) / 2;
  }
}

/** Features of a map per band: those measured and the square of the value. */
export const MAP_FEATURES_PER_BAND = FEATURES_PER_BAND + 1;

/** Copies the measured features of a date and adds the squares of its values. */
export function expandFeatures(
  { from, at, to, start, bands }: {
    readonly from: Float32Array;
    readonly at: number;
    readonly to: Float32Array;
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
