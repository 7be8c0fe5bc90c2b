/**
 * Profile `sen2MtcNew`: EMRDM's table on Sen2_MTC_New.
 *
 * @module
 */

import { checkProfileImages, lpipsOf, type MetricProfile, pickChannels } from "./profile.ts";
import { PUBLISHED_DEFINITIONS, publishedScore } from "./published.ts";

/** Largest quantum, reflectance 1. */
const QUANTA = 10000;
/** Quantum at which images of three bands are clipped. */
const BRIGHTEST = 2000;

/**
 * Quantises an image and stretches it to 0..1, over all bands and pixels together.
 *
 * @param image [H, W, C] in 0..1.
 */
export function stretchSen2(image: Float32Array, channels: number): Float32Array {
  // The original computes in float32, which decides where the values truncate.
  const most = channels === 3 ? BRIGHTEST : QUANTA;
  const quanta = image.map((value) => {
    const scaled = Math.fround(Math.fround(value * QUANTA) + 0.5);
    return Math.min(Math.trunc(Math.min(Math.max(scaled, 0), QUANTA)), most);
  });
  const least = quanta.reduce((a, b) => Math.min(a, b), Infinity);
  const range = quanta.reduce((a, b) => Math.max(a, b), 0) - least;
  return range === 0 ? quanta.fill(1) : quanta.map((value) => (value - least) / range);
}

/**
 * Prediction and target are quantised, clipped and stretched separately, so a prediction of wrong
 * brightness or contrast can have a perfect score.
 */
export const sen2MtcNew: MetricProfile = {
  name: "sen2MtcNew",
  description: "As EMRDM's table on Sen2_MTC_New: both images quantised, cut off at reflectance " +
    "0.2 and each stretched to its own 0..1 first.",
  definitions: {
    images: "red, green and blue where they are known, else all bands; q = trunc(clamp(10000·v + " +
      "0.5, 0, 10000)), of three bands min(q, 2000); then (q − min)/max of that over bands and " +
      "pixels, of target and prediction each on its own; all ones if all are equal",
    ...PUBLISHED_DEFINITIONS,
    lpips: "v0.1 of the stretched images as 2v − 1, of three bands only",
  },
  async score(images, { lpips } = {}) {
    checkProfileImages("sen2MtcNew", images);
    const { rgb, height, width, mask } = images;
    const picked = rgb ?? Array.from({ length: images.channels }, (_, channel) => channel);
    const channels = picked.length;
    const stretch = (image: Float32Array) =>
      stretchSen2(
        pickChannels(image, { channels: images.channels, picked }, (value) => value),
        channels,
      );
    const scaled = { prediction: stretch(images.prediction), target: stretch(images.target) };
    const size = { height, width, channels, ...(mask !== undefined && { mask }) };
    const visible = channels === 3 ? [0, 1, 2] : undefined;
    return {
      ...publishedScore(scaled, size),
      ...await lpipsOf(scaled, { ...size, picked: visible }, lpips),
    };
  },
};
