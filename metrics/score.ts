/**
 * All metrics of one image at once.
 *
 * @module
 */

import { mae, psnr, rmse } from "./error.ts";
import type { RangeOptions } from "./image.ts";
import { sam } from "./sam.ts";
import { ssim } from "./ssim.ts";

/** How near a prediction is to its target. */
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
 * Scores a prediction [H, W, C] against its target; the definitions are those of the metrics.
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
  return {
    mae: mae(prediction, target, options),
    rmse: rmse(prediction, target, options),
    psnr: psnr(prediction, target, options),
    ssim: ssim(prediction, target, options),
    sam: sam(prediction, target, options),
  };
}
