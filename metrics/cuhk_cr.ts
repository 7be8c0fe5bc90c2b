/**
 * Profile `cuhkCr`: EMRDM's tables on CUHK-CR1 and CR2, which its "evaluator" computed.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import { decibels, errorSums, maeOf, rmseOf } from "./error.ts";
import type { ImageOptions } from "./image.ts";
import type { Lpips } from "./lpips.ts";
import {
  checkProfileImages,
  type MetricProfile,
  pickChannels,
  type ProfileScore,
} from "./profile.ts";
import { angleSum, meanAngle } from "./sam.ts";
import { windowedSsim } from "./ssim.ts";
import { UNIFORM } from "./windows.ts";

/** Weights of red, green and blue in the grey image; they sum to 1.000001. */
const GREY = [0.298912, 0.586611, 0.114478] as const;
/** Largest byte. */
const MOST = 255;

/** Prediction and target as bytes. */
interface Bytes {
  readonly prediction: Float32Array;
  readonly target: Float32Array;
}

/** Converts an image in 0..1 to bytes by truncation. */
export function truncateToBytes(image: Float32Array): Float32Array {
  // The original computes in float32 through −1..1, which decides where the values truncate.
  return image.map((value) => {
    const signed = Math.fround(Math.fround(2 * value) - 1);
    const scaled = Math.fround(Math.fround(signed + 1) * (MOST / 2));
    return Math.trunc(Math.min(Math.max(scaled, 0), MOST));
  });
}

/** Channel triples for SSIM and LPIPS: three channels as they are, else each band three times. */
function triples(channels: number): readonly (readonly number[])[] {
  if (channels === 3) return [[0, 1, 2]];
  return Array.from({ length: channels }, (_, channel) => [channel, channel, channel]);
}

function grey(image: Float32Array, channels: number, triple: readonly number[]): Float64Array {
  const [red, green, blue] = triple as [number, number, number];
  const at = (pixel: number, channel: number) => image[pixel * channels + channel]!;
  return Float64Array.from(
    { length: image.length / channels },
    (_, pixel) => GREY[0] * at(pixel, red) + GREY[1] * at(pixel, green) + GREY[2] * at(pixel, blue),
  );
}

function greySsim({ prediction, target }: Bytes, { channels, ...size }: ImageOptions): number {
  return mean(
    triples(channels).map((triple) =>
      windowedSsim({
        prediction: grey(prediction, channels, triple),
        target: grey(target, channels, triple),
      }, { ...size, channels: 1, dataRange: MOST, window: UNIFORM })
    ),
  );
}

async function byteLpips(
  { prediction, target }: Bytes,
  { channels, ...size }: ImageOptions,
  lpips: Lpips | undefined,
): Promise<Pick<ProfileScore, "lpips" | "noLpips">> {
  if (lpips === undefined) return { lpips: null, noLpips: "no weights" };
  const distances: number[] = [];
  for (const picked of triples(channels)) {
    const [a, b] = [target, prediction].map((image) =>
      pickChannels(image, { channels, picked }, (value) => value)
    );
    distances.push(await lpips.distance(a!, b!, size));
  }
  return { lpips: mean(distances) };
}

/** Truncated bytes, grey SSIM with scikit-image's defaults, LPIPS of values in 0..255. */
export const cuhkCr: MetricProfile = {
  name: "cuhkCr",
  description:
    "As EMRDM's tables on CUHK-CR: images cut to bytes, SSIM of grey with a 7×7 window, " +
    "LPIPS fed with 0..255 where it is made for −1..1.",
  definitions: {
    images: "MAE, RMSE and SAM: reflectances; the others: bytes trunc(clamp(255·v, 0, 255))",
    mae: "mean |p − t| over all bands and pixels, not cut to bytes (not in the published tables)",
    rmse: "root of the mean (p − t)² over all bands and pixels, not cut to bytes",
    psnr: "10·log10(255²/mean (p − t)²) of the bytes of each image, all bands together",
    ssim:
      "of the grey bytes 0.298912 R + 0.586611 G + 0.114478 B, of other than three bands each " +
      "band as R, G and B; uniform window 7×7 where it fits, K1 = 0.01, K2 = 0.03, sample " +
      "covariance, data range 255; mean over pixels and bands",
    sam:
      "mean over pixels of the angle between spectra in degrees; NaN as soon as one pixel has a " +
      "zero spectrum (not in the published tables)",
    lpips:
      "v0.1 of the bytes 0..255 as they are, of other than three bands each band as R, G and " +
      "B; mean over bands",
    mean: "mean over images without those that are NaN; an infinite PSNR stays infinite",
  },
  async score(images, { lpips } = {}) {
    checkProfileImages("cuhkCr", images);
    const { prediction, target, height, width, channels, mask } = images;
    const size = { height, width, channels, ...(mask !== undefined && { mask }) };
    const sums = errorSums(images, size);
    const angles = angleSum(images, size);
    const bytes = {
      prediction: truncateToBytes(prediction),
      target: truncateToBytes(target),
    };
    return {
      mae: maeOf(sums),
      rmse: rmseOf(sums),
      psnr: decibels(MOST, rmseOf(errorSums(bytes, size))),
      ssim: greySsim(bytes, size),
      sam: angles.dark > 0 ? NaN : meanAngle(angles),
      ...await byteLpips(bytes, size, lpips),
    };
  },
};
