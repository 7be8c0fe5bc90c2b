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
  /** Channels of red, green and blue. Default [0, 1, 2] of three channels, else none. */
  readonly rgb?: readonly [number, number, number];
}

/** Reason for a missing LPIPS. */
export type NoLpips = "no weights" | "no red, green and blue" | "not in this profile";

/** Scores of a profile; MAE and RMSE are in reflectance. */
export interface ProfileScore extends Score {
  /** Degrees; NaN in profiles where one zero spectrum invalidates the image. */
  readonly sam: number;
  /** Null if there is none, see {@linkcode noLpips}. */
  readonly lpips: number | null;
  /** Reason why `lpips` is null; undefined if it is a number. */
  readonly noLpips?: NoLpips;
}

/** Definition of each score of a profile. */
export type Definitions = Readonly<Record<keyof Score | "lpips" | "images" | "mean", string>>;

/** Profile: preprocessing and definition of every score. */
export interface MetricProfile {
  /** Name in {@linkcode METRIC_PROFILES}. */
  readonly name: string;
  /** One-sentence description. */
  readonly description: string;
  /** One sentence per metric, for the preprocessing and for means over images. */
  readonly definitions: Definitions;
  /**
   * Scores a prediction.
   *
   * A mask changes which pixels the means are over, not the preprocessing.
   *
   * @throws {TypeError} If a length does not match.
   * @throws {RangeError} If a side is too short for a window, no pixel counts or a number is not
   *   finite.
   */
  score(images: ProfileImages, options?: { readonly lpips?: Lpips }): Promise<ProfileScore>;
}

/** Channels of red, green and blue; undefined if they are unknown. */
export function visible({ rgb, channels }: ProfileImages): readonly number[] | undefined {
  return rgb ?? (channels === 3 ? [0, 1, 2] : undefined);
}

/** Picks channels of an image [H, W, C] and applies f to each value. */
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
 * LPIPS of three channels of images in 0..1, rescaled to the −1..1 of the networks.
 *
 * @param picked Channels of red, green and blue; undefined if there are none.
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
