/**
 * Definitions shared by EMRDM's tables on Sen2_MTC_New and SEN12MS-CR, its "metrics".
 *
 * @module
 */

import { decibels, errorSums, maeOf, rmseOf } from "./error.ts";
import type { ImageOptions } from "./image.ts";
import { angleSum, meanAngle } from "./sam.ts";
import type { Score } from "./score.ts";
import { windowedSsim } from "./ssim.ts";
import { GAUSSIAN_OVER_ZEROS } from "./windows.ts";

/** Definitions of {@linkcode publishedScore}. */
export const PUBLISHED_DEFINITIONS = {
  mae: "mean |p − t| over all bands and pixels",
  rmse: "root of the mean (p − t)² over all bands and pixels",
  psnr: "20·log10(1/RMSE) of each image, all bands together",
  ssim: "Gaussian window 11×11, σ = 1.5, at every pixel with zeros around the image; " +
    "C1 = 0.0001, C2 = 0.0009, population covariance; mean over bands and pixels",
  sam: "mean over pixels of the angle between spectra in degrees; NaN as soon as one pixel has a " +
    "zero spectrum",
  mean: "mean over images without those that are NaN; an infinite PSNR stays infinite",
} as const;

/** Scores of images in 0..1. */
export function publishedScore(
  images: { readonly prediction: Float32Array; readonly target: Float32Array },
  options: ImageOptions,
): Score {
  const sums = errorSums(images, options);
  const rmse = rmseOf(sums);
  const angles = angleSum(images, options);
  return {
    mae: maeOf(sums),
    rmse,
    psnr: decibels(1, rmse),
    ssim: windowedSsim(images, { ...options, dataRange: 1, window: GAUSSIAN_OVER_ZEROS }),
    sam: angles.dark > 0 ? NaN : meanAngle(angles),
  };
}
