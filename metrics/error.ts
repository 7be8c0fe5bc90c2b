/**
 * Pixel-wise errors: MAE, RMSE, PSNR.
 *
 * @module
 */

import { checkImages, checkRange, type ImageOptions, type RangeOptions } from "./image.ts";

/** Sums over the selected pixels, per band. */
export interface ErrorSums {
  /** Number of selected pixels. */
  readonly count: number;
  /** Σ (prediction − target). */
  readonly differences: Float64Array;
  /** Σ |prediction − target|. */
  readonly absolute: Float64Array;
  /** Σ (prediction − target)². */
  readonly squares: Float64Array;
}

/** Computes the sums in one pass; the images must be checked. */
export function errorSums(
  { prediction, target }: {
    readonly prediction: ArrayLike<number>;
    readonly target: ArrayLike<number>;
  },
  { channels, mask }: Pick<ImageOptions, "channels" | "mask">,
): ErrorSums {
  const [differences, absolute, squares] = [
    new Float64Array(channels),
    new Float64Array(channels),
    new Float64Array(channels),
  ];
  let count = 0;
  for (let pixel = 0, i = 0; i < target.length; pixel++) {
    if (mask !== undefined && mask[pixel] === 0) {
      i += channels;
      continue;
    }
    count++;
    for (let c = 0; c < channels; c++, i++) {
      const difference = prediction[i]! - target[i]!;
      differences[c]! += difference;
      absolute[c]! += Math.abs(difference);
      squares[c]! += difference * difference;
    }
  }
  return { count, differences, absolute, squares };
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Mean absolute error over all bands, from the sums. */
export function maeOf({ count, absolute }: ErrorSums): number {
  return total(absolute) / (count * absolute.length);
}

/** Root mean squared error over all bands, from the sums. */
export function rmseOf({ count, squares }: ErrorSums): number {
  return Math.sqrt(total(squares) / (count * squares.length));
}

/** PSNR in dB for an RMSE. */
export function decibels(dataRange: number, rmse: number): number {
  return 20 * Math.log10(dataRange / rmse);
}

/**
 * Mean absolute error over all channels, in the images' unit.
 *
 * @param prediction [H, W, C].
 * @param target [H, W, C].
 * @throws {TypeError} If a length does not match.
 * @throws {RangeError} If no pixel counts or a number is not finite.
 *
 * @example
 * ```ts
 * import { mae } from "./error.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const size = { height: 1, width: 2, channels: 1 };
 * assertEquals(mae(new Float32Array([1, 5]), new Float32Array([2, 2]), size), 2);
 * ```
 */
export function mae(
  prediction: Float32Array,
  target: Float32Array,
  options: ImageOptions,
): number {
  checkImages("MAE", { prediction, target, options });
  return maeOf(errorSums({ prediction, target }, options));
}

/** Root of the mean squared error over all channels, in the images' unit; throws as {@linkcode mae}. */
export function rmse(
  prediction: Float32Array,
  target: Float32Array,
  options: ImageOptions,
): number {
  checkImages("RMSE", { prediction, target, options });
  return rmseOf(errorSums({ prediction, target }, options));
}

/**
 * Peak signal-to-noise ratio in dB: 10·log₁₀(dataRange²/MSE), the MSE taken over all channels of one
 * image; Infinity for equal images.
 *
 * @throws {TypeError} If a length does not match.
 * @throws {RangeError} If no pixel counts, a number is not finite or the data range not positive.
 */
export function psnr(
  prediction: Float32Array,
  target: Float32Array,
  options: RangeOptions,
): number {
  checkRange("PSNR", options.dataRange);
  return decibels(options.dataRange, rmse(prediction, target, options));
}
