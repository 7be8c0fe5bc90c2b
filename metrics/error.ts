/**
 * Errors per value: MAE, RMSE, PSNR.
 *
 * @module
 */

import { checkImages, checkRange, type ImageOptions, type RangeOptions } from "./image.ts";

/** The mean of `term(difference)` over all channels of the pixels that count. */
function meanOf(
  images: { readonly prediction: Float32Array; readonly target: Float32Array },
  { channels, mask }: ImageOptions,
  term: (difference: number) => number,
): number {
  const { prediction, target } = images;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < target.length; i++) {
    if (mask !== undefined && mask[Math.floor(i / channels)] === 0) continue;
    sum += term(prediction[i]! - target[i]!);
    count++;
  }
  return sum / count;
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
  return meanOf({ prediction, target }, options, Math.abs);
}

/** Root of the mean squared error over all channels, in the images' unit; throws as {@linkcode mae}. */
export function rmse(
  prediction: Float32Array,
  target: Float32Array,
  options: ImageOptions,
): number {
  checkImages("RMSE", { prediction, target, options });
  return Math.sqrt(meanOf({ prediction, target }, options, (difference) => difference ** 2));
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
  return 20 * Math.log10(options.dataRange / rmse(prediction, target, options));
}
