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

/**
 * Writes the features of a clear pixel: all values, all means, all gradients along columns, all
 * gradients along rows. Where a neighbour is hidden or beyond the scene, the pixel itself stands in.
 */
export function writeFeatures(
  { values, clear, height, width, bands }: ClearFrame,
  { x, y, out, at }: FeatureTarget,
): void {
  const center = (y * width + x) * bands;
  for (let b = 0; b < bands; b++) out[at + b] = values[center + b]!;
  writeMeans({ values, clear, height, width, bands }, { x, y, out, at: at + bands });
  const pixel = y * width + x;
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
function writeMeans(
  { values, clear, height, width, bands }: ClearFrame,
  { x, y, out, at }: FeatureTarget,
): void {
  const top = Math.max(0, y - FEATURE_MARGIN);
  const bottom = Math.min(height - 1, y + FEATURE_MARGIN);
  const left = Math.max(0, x - FEATURE_MARGIN);
  const right = Math.min(width - 1, x + FEATURE_MARGIN);
  const columns = right - left + 1;
  let count = 0;
  for (let v = top; v <= bottom; v++) {
    for (let i = v * width + left; i <= v * width + right; i++) count += clear[i]!;
  }
  if (count === (bottom - top + 1) * columns && bands >= TOGETHER) {
    const window = { top, bottom, left, columns, width, bands };
    // The last bands are summed with some before them, which get the same sums again.
    for (let b = 0; b < bands - TOGETHER; b += TOGETHER) sumBands(values, window, out, at, b);
    sumBands(values, window, out, at, bands - TOGETHER);
  } else {
    out.fill(0, at, at + bands);
    for (let v = top; v <= bottom; v++) {
      for (let i = v * width + left; i <= v * width + right; i++) {
        if (clear[i] === 0) continue;
        for (let b = 0, from = i * bands; b < bands; b++) out[at + b]! += values[from + b]!;
      }
    }
  }
  for (let b = 0; b < bands; b++) out[at + b]! /= count;
}

/** Bands that are summed in one pass, in registers. */
const TOGETHER = 8;

/** Rectangle of a window whose pixels are all clear. */
interface ClearWindow {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly columns: number;
  readonly width: number;
  readonly bands: number;
}

/** Writes the sums of a group of bands, in float32 and row by row, as of single pixels. */
function sumBands(
  values: Float32Array,
  { top, bottom, left, columns, width, bands }: ClearWindow,
  out: Float32Array,
  at: number,
  band: number,
): void {
  const { fround } = Math;
  let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
  for (let v = top; v <= bottom; v++) {
    const first = (v * width + left) * bands + band;
    const end = first + columns * bands;
    for (let k = first; k < end; k += bands) {
      a = fround(a + values[k]!);
      b = fround(b + values[k + 1]!);
      c = fround(c + values[k + 2]!);
      d = fround(d + values[k + 3]!);
      e = fround(e + values[k + 4]!);
      f = fround(f + values[k + 5]!);
      g = fround(g + values[k + 6]!);
      h = fround(h + values[k + 7]!);
    }
  }
  const to = at + band;
  out[to] = a;
  out[to + 1] = b;
  out[to + 2] = c;
  out[to + 3] = d;
  out[to + 4] = e;
  out[to + 5] = f;
  out[to + 6] = g;
  out[to + 7] = h;
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
