/**
 * What costs no training: copying a date, or combining all of them. A method is worth something
 * where it beats these.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { cloudScore } from "../data/mod.ts";

/** Names of the baselines, from the simplest on. */
export const BASELINES = ["copyInput", "leastCloudy", "mean", "median"] as const;

/** One of {@linkcode BASELINES}. */
export type Baseline = typeof BASELINES[number];

/** An image of numbers [H, W, C] in file numbers. */
export type ImageValues = Float32Array;

/**
 * The baselines of cloudy images of one place.
 *
 * @param frames Dates on one grid, with B02, B03 and B04 (which tell the least cloudy one).
 * @param reference The date that the target depicts.
 * @throws {TypeError} If there is no frame, or frames differ in size or bands.
 * @throws {RangeError} If the reference is no frame, or a visible band is missing.
 */
export function baselines(
  frames: readonly Raster[],
  { reference = frames.length - 1 }: { readonly reference?: number } = {},
): Readonly<Record<Baseline, ImageValues>> {
  const copied = frames[reference];
  if (copied === undefined) {
    throw new RangeError(
      `Cannot make baselines: the reference must be a frame 0 … ${frames.length - 1}, ` +
        `got ${reference}`,
    );
  }
  for (const frame of frames) checkAlike(frame, copied);
  const least = frames.length === 1 ? copied : frames[leastCloudyOf(frames)]!;
  return {
    copyInput: Float32Array.from(copied.data),
    leastCloudy: Float32Array.from(least.data),
    mean: combine(
      frames,
      (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
    ),
    median: combine(frames, medianOf),
  };
}

function checkAlike({ width, height, bands }: Raster, like: Raster): void {
  if (width !== like.width || height !== like.height || bands.join() !== like.bands.join()) {
    throw new TypeError(
      `Cannot make baselines: all dates must be ${like.width}×${like.height} with bands ` +
        `${like.bands.join(", ")}, got ${width}×${height} with ${bands.join(", ")}`,
    );
  }
}

/** Index of the date that looks least cloudy on average; the first where dates look alike. */
export function leastCloudyOf(frames: readonly Raster[]): number {
  const cloudiness = frames.map((frame) => {
    const scores = cloudScore(frame);
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  });
  return cloudiness.indexOf(Math.min(...cloudiness));
}

function combine(frames: readonly Raster[], rule: (values: Float64Array) => number): ImageValues {
  const values = new Float64Array(frames.length);
  const out = new Float32Array(frames[0]!.data.length);
  for (let i = 0; i < out.length; i++) {
    frames.forEach(({ data }, frame) => values[frame] = data[i]!);
    out[i] = rule(values);
  }
  return out;
}

function medianOf(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
