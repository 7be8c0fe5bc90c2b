/**
 * Profiles: complete recipes from reflectances to scores. Scores are comparable only within a profile.
 *
 * @module
 */

import { checkImages, type ImageOptions } from "./image.ts";
import type { Lpips } from "./lpips.ts";
import type { Score } from "./score.ts";

/** A restored image and its target, in reflectance. */
export interface ProfileImages extends ImageOptions {
  /** [H, W, C]. */
  readonly prediction: Float32Array;
  /** [H, W, C]. */
  readonly target: Float32Array;
  /** Channels that are red, green, blue. Default [0, 1, 2] of three channels, else none. */
  readonly rgb?: readonly [number, number, number];
}

/** Why there is no LPIPS. */
export type NoLpips = "no weights" | "no red, green and blue" | "not in this profile";

/** Scores by a profile; MAE and RMSE are in reflectance. */
export interface ProfileScore extends Score {
  /** Degrees; NaN where the profile lets a pixel without a spectrum spoil the image. */
  readonly sam: number;
  /** Null where there is none: {@linkcode noLpips} says why. */
  readonly lpips: number | null;
  /** Reason why `lpips` is null; undefined if it is a number. */
  readonly noLpips?: NoLpips;
}

/** What a profile's numbers mean. */
export type Definitions = Readonly<Record<keyof Score | "lpips" | "images" | "mean", string>>;

/** A complete recipe. */
export interface MetricProfile {
  /** As in {@linkcode METRIC_PROFILES}. */
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  /** One sentence per metric, on what the images go through first, and on means over images. */
  readonly definitions: Definitions;
  /**
   * Scores a prediction.
   *
   * With a mask, the images go through the same as without, and means are over the pixels that count.
   *
   * @throws {TypeError} If a length does not match.
   * @throws {RangeError} If a side is too short for a window, no pixel counts or a number is not
   *   finite.
   */
  score(images: ProfileImages, options?: { readonly lpips?: Lpips }): Promise<ProfileScore>;
}

/** The channels of three bands, or of all where there are three. */
export function visible({ rgb, channels }: ProfileImages): readonly number[] | undefined {
  return rgb ?? (channels === 3 ? [0, 1, 2] : undefined);
}

/** Some channels of an image [H, W, C], each through f. */
export function pickChannels(
  image: ArrayLike<number>,
  { channels, picked }: { readonly channels: number; readonly picked: readonly number[] },
  f: (value: number) => number,
): Float32Array {
  const out = new Float32Array(image.length / channels * picked.length);
  for (let to = 0, from = 0; to < out.length; from += channels) {
    for (const channel of picked) out[to++] = f(image[from + channel]!);
  }
  return out;
}

/**
 * LPIPS of three channels of images in 0..1, stretched to the −1..1 of the networks.
 *
 * @param picked Red, green, blue; undefined: there are none.
 */
export async function lpipsOf(
  { prediction, target }: { readonly prediction: Float32Array; readonly target: Float32Array },
  { channels, picked, ...size }: ImageOptions & { readonly picked: readonly number[] | undefined },
  lpips: Lpips | undefined,
): Promise<Pick<ProfileScore, "lpips" | "noLpips">> {
  if (picked === undefined) return { lpips: null, noLpips: "no red, green and blue" };
  if (lpips === undefined) return { lpips: null, noLpips: "no weights" };
  const [a, b] = [target, prediction].map((image) =>
    pickChannels(image, { channels, picked }, (value) => 2 * value - 1)
  );
  return { lpips: await lpips.distance(a!, b!, size) };
}

/** Checks the images and the channels. @throws as {@linkcode MetricProfile.score}. */
export function checkProfileImages(name: string, images: ProfileImages): void {
  const { prediction, target, rgb, channels } = images;
  checkImages(`the profile ${name}`, { prediction, target, options: images });
  if (rgb?.some((channel) => !(Number.isInteger(channel) && channel >= 0 && channel < channels))) {
    throw new RangeError(
      `Cannot compute the profile ${name}: red, green and blue must be among the ${channels} ` +
        `channels, got ${rgb}`,
    );
  }
}
