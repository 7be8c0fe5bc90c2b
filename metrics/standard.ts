/**
 * Profile `standard`: textbook definitions, no preprocessing.
 *
 * @module
 */

import { checkProfileImages, lpipsOf, type MetricProfile, visible } from "./profile.ts";
import { score } from "./score.ts";

/** The data range is 1; nothing is stretched, clipped or rounded. */
export const standard: MetricProfile = {
  name: "standard",
  description: "Textbook definitions with data range 1; nothing stretched, clipped or rounded.",
  definitions: {
    images: "reflectances",
    mae: "mean |p − t| over all bands and pixels",
    rmse: "root of the mean (p − t)² over all bands and pixels",
    psnr: "20·log10(1/RMSE) of each image, all bands together",
    ssim: "Gaussian window 11×11, σ = 1.5, where it fits; K1 = 0.01, K2 = 0.03, population " +
      "covariance; mean over bands and pixels",
    sam:
      "mean over pixels of the angle between spectra in degrees; pixels whose spectrum is zero " +
      "are left out",
    lpips: "v0.1 of the red, green and blue band as 2v − 1",
    mean: "mean over images; an infinite PSNR stays infinite",
  },
  async score(images, { lpips } = {}) {
    checkProfileImages("standard", images);
    const { prediction, target, height, width, channels, mask } = images;
    const size = { height, width, channels, ...(mask !== undefined && { mask }) };
    return {
      ...score(prediction, target, { ...size, dataRange: 1 }),
      ...await lpipsOf(images, { ...size, picked: visible(images) }, lpips),
    };
  },
};
