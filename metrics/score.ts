/**
 * All metrics of an image at once.
 *
 * @module
 */

import { decibels, errorSums, maeOf, rmseOf } from "./error.ts";
import { checkImages, checkRange, type RangeOptions } from "./image.ts";
import { angleSum, meanAngle } from "./sam.ts";
import { windowedSsim } from "./ssim.ts";

/** Scores of a prediction. */
export interface Score {
  /** Mean absolute error, in the images' unit. */
  readonly mae: number;
  /** Root mean squared error, in the images' unit. */
  readonly rmse: number;
  /** dB. */
  readonly psnr: number;
  /** In [−1, 1]. */
  readonly ssim: number;
  /** Degrees. */
  readonly sam: number;
}

/**
 * Scores a prediction [H, W, C] against its target, by the definitions of the single metrics.
 *
 * @throws {TypeError} If a length does not match.
 * @throws {RangeError} If a side is below 11, no pixel counts, a number is not finite or the data
 *   range not positive.
 */
export function score(
  prediction: Float32Array,
  target: Float32Array,
  options: RangeOptions,
): Score {
  checkRange("scores", options.dataRange);
  checkImages("scores", { prediction, target, options });
  const images = { prediction, target };
  const sums = errorSums(images, options);
  const rmse = rmseOf(sums);
  const angles = angleSum(images, options);
  if (angles.count === 0) {
    throw new RangeError("Cannot compute SAM: some pixel must have a non-zero spectrum, got none");
  }
  return {
    mae: maeOf(sums),
    rmse,
    psnr: decibels(options.dataRange, rmse),
    ssim: windowedSsim(images, options),
    sam: meanAngle(angles),
  };
}
