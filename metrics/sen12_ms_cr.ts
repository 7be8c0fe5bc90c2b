/**
 * Profile `sen12MsCr`: EMRDM's table on SEN12MS-CR.
 *
 * @module
 */

import { checkProfileImages, lpipsOf, type MetricProfile } from "./profile.ts";
import { PUBLISHED_DEFINITIONS, publishedScore } from "./published.ts";

/** All bands in 0..1, the prediction not clipped; SSIM with zero padding. */
export const sen12MsCr: MetricProfile = {
  name: "sen12MsCr",
  description: "As EMRDM's table on SEN12MS-CR: all bands in 0..1, the prediction not clipped, " +
    "SSIM with zeros around the image.",
  definitions: {
    images: "reflectances; the prediction is not clipped",
    ...PUBLISHED_DEFINITIONS,
    lpips: "v0.1 as 2v − 1, of images that have three bands only: none of SEN12MS-CR's 13",
  },
  async score(images, { lpips } = {}) {
    checkProfileImages("sen12MsCr", images);
    const { height, width, channels, mask } = images;
    const size = { height, width, channels, ...(mask !== undefined && { mask }) };
    const found = channels === 3
      ? await lpipsOf(images, { ...size, picked: [0, 1, 2] }, lpips)
      : { lpips: null, noLpips: "not in this profile" } as const;
    return { ...publishedScore(images, size), ...found };
  },
};
