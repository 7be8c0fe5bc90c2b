/**
 * Scores over several regions of an image, and per band, with one SSIM map for all.
 *
 * @module
 */

import { decibels, type ErrorSums, errorSums, maeOf, rmseOf } from "./error.ts";
import { checkImages, checkRange, counts, type RangeOptions } from "./image.ts";
import { angleSum, meanAngle } from "./sam.ts";
import type { Score } from "./score.ts";
import { checkWindow, noPixel, ssimMaps } from "./ssim.ts";
import { sumOfMap } from "./ssim_map.ts";

/** Scores of one band. */
export interface BandScore {
  /** Mean of prediction − target, in the images' unit; above 0 if the prediction is too bright. */
  readonly bias: number;
  /** Mean absolute error, in the images' unit. */
  readonly mae: number;
  /** Root mean squared error, in the images' unit. */
  readonly rmse: number;
  /** dB; Infinity for an equal band. */
  readonly psnr: number;
  /** In [−1, 1]. */
  readonly ssim: number;
}

/** Scores of a region. */
export interface RegionScore extends Score {
  /** Number of pixels. */
  readonly pixels: number;
  /** Scores per band, in the order of the channels. */
  readonly bands: readonly BandScore[];
}

/** Size, data range, and regions by name. */
export interface RegionOptions<Name extends string> extends Omit<RangeOptions, "mask"> {
  /** Mask [H, W] of each region; undefined for all pixels. */
  readonly regions: Readonly<Record<Name, ArrayLike<number> | undefined>>;
}

function bandScoresOf(
  { count, differences, absolute, squares }: ErrorSums,
  ssims: readonly number[],
  dataRange: number,
): readonly BandScore[] {
  return ssims.map((ssim, channel) => {
    const rmse = Math.sqrt(squares[channel]! / count);
    return {
      bias: differences[channel]! / count,
      mae: absolute[channel]! / count,
      rmse,
      psnr: decibels(dataRange, rmse),
      ssim,
    };
  });
}

/**
 * Scores regions of an image, such as all, cloudy and clear pixels, by the definitions of `score()`. The
 * SSIM map is computed once for all regions.
 *
 * @param prediction [H, W, C].
 * @param target [H, W, C].
 * @returns Scores by region; null for an empty region. SSIM is NaN if no window fits around a pixel of the
 *   region, SAM if none of its pixels has a spectrum.
 * @throws {TypeError} If a length does not match.
 * @throws {RangeError} If a side is below 11, a number is not finite or the data range not positive.
 *
 * @example
 * ```ts
 * import { scoreRegions } from "./regions.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const target = new Float32Array(16 * 16).fill(0.5);
 * const prediction = target.map((value, i) => i < 128 ? value + 0.25 : value);
 * const cloudy = Uint8Array.from(target, (_, i) => i < 128 ? 1 : 0);
 * const scores = scoreRegions(prediction, target, {
 *   height: 16,
 *   width: 16,
 *   channels: 1,
 *   dataRange: 1,
 *   regions: { all: undefined, cloudy, clear: cloudy.map((value) => 1 - value) },
 * });
 * assertEquals(scores.cloudy?.bands[0]?.bias, 0.25);
 * assertEquals([scores.all?.mae, scores.clear?.mae], [0.125, 0]);
 * ```
 */
export function scoreRegions<Name extends string>(
  prediction: Float32Array,
  target: Float32Array,
  { regions, ...options }: RegionOptions<Name>,
): Readonly<Record<Name, RegionScore | null>> {
  const { dataRange } = options;
  checkRange("scores", dataRange);
  checkWindow(options);
  const images = { prediction, target };
  const entries = Object.entries(regions) as [Name, ArrayLike<number> | undefined][];
  checkImages("scores", { prediction, target, options });
  for (const [name, mask] of entries) {
    if (mask !== undefined && mask.length !== options.height * options.width) {
      throw new TypeError(
        `Cannot compute scores: the mask of region ${name} must have ` +
          `[${options.height}, ${options.width}] numbers, got ${mask.length}`,
      );
    }
  }
  const filled = entries.filter(([, mask]) => mask === undefined || counts(mask));
  const parts = filled.map(() => [] as { readonly sum: number; readonly count: number }[]);
  for (const map of ssimMaps(images, options)) {
    filled.forEach(([, mask], i) => parts[i]!.push(sumOfMap(map, mask)));
  }
  const scores = filled.map(([name, mask], i) => {
    const within = { ...options, ...(mask !== undefined && { mask }) };
    const sums = errorSums(images, within);
    const total = (key: "sum" | "count") => parts[i]!.reduce((all, part) => all + part[key], 0);
    const rmse = rmseOf(sums);
    const score: RegionScore = {
      mae: maeOf(sums),
      rmse,
      psnr: decibels(dataRange, rmse),
      ssim: total("sum") / total("count"),
      sam: meanAngle(angleSum(images, within)),
      pixels: sums.count,
      bands: bandScoresOf(sums, parts[i]!.map(({ sum, count }) => sum / count), dataRange),
    };
    return [name, score] as const;
  });
  const none = entries.map(([name]) => [name, null] as const);
  return Object.fromEntries([...none, ...scores]) as Record<Name, RegionScore | null>;
}

/**
 * Scores every band of a prediction [H, W, C] separately.
 *
 * @returns Scores in the order of the channels. The mean of the bands' SSIM is `ssim()`, of their MAE `mae()`.
 * @throws {TypeError} If a length does not match.
 * @throws {RangeError} If a side is below 11, no pixel counts, a number is not finite or the data
 *   range not positive.
 */
export function bandScores(
  prediction: Float32Array,
  target: Float32Array,
  { mask, ...options }: RangeOptions,
): readonly BandScore[] {
  checkImages("scores", { prediction, target, options: { ...options, ...(mask && { mask }) } });
  const { image } = scoreRegions(prediction, target, { ...options, regions: { image: mask } });
  if (Number.isNaN(image!.ssim)) throw noPixel();
  return image!.bands;
}
