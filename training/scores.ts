/**
 * What a validation measures.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import { mae, psnr, type RangeOptions, sam, ssim } from "../metrics/mod.ts";

/** Means over samples of how near restored images are to their targets. */
export interface PixelScores {
  /** In dB; an image without any error counts as 100 dB. */
  readonly psnr: number;
  /** Absent where tiles are too small for its window. */
  readonly ssim?: number;
  /** Mean absolute error relative to the range of the model's scaling. */
  readonly mae: number;
  /** Spectral angle in degrees; absent where no pixel has one. */
  readonly sam?: number;
  /** PSNR of the reference frame as it came. */
  readonly inputPsnr: number;
}

/** Means over the validation samples, over all pixels. */
export interface Validation extends PixelScores {
  /** Of Alg. 1, at one noise level a sample. */
  readonly loss: number;
  /** Samples. */
  readonly samples: number;
  /** What was wrong with samples that were left out; absent where there were none. */
  readonly skipped?: readonly string[];
  /** Over pixels of the reference frame under cloud or shadow, where samples have a mask of them. */
  readonly cloudy?: PixelScores & { /** Samples with such pixels. */ readonly samples: number };
}

/** Numbers of one sample; undefined where there is none. */
export type SampleScores = Readonly<Record<keyof PixelScores, number | undefined>>;

/** Stands for an infinite PSNR, so that a mean of several stays a number, in JSON too. */
const MOST_PSNR = 100;

/** Half of SSIM's window. */
const RADIUS = 5;

/** Whether SSIM has a pixel to look at: one that counts, with a whole window around it. */
function hasWindow({ height, width, mask }: RangeOptions): boolean {
  if (Math.min(height, width) <= 2 * RADIUS) return false;
  if (mask === undefined) return true;
  for (let y = RADIUS; y < height - RADIUS; y++) {
    for (let x = RADIUS; x < width - RADIUS; x++) if (mask[y * width + x] !== 0) return true;
  }
  return false;
}

/** Whether a pixel that counts has a spectrum in both images. */
function hasAngle(
  a: Float32Array,
  b: Float32Array,
  { channels, mask }: RangeOptions,
): boolean {
  const isBlack = (image: Float32Array, pixel: number) =>
    image.subarray(pixel * channels, (pixel + 1) * channels).every((value) => value === 0);
  for (let pixel = 0; pixel * channels < a.length; pixel++) {
    if (mask === undefined || mask[pixel] !== 0) {
      if (!isBlack(a, pixel) && !isBlack(b, pixel)) return true;
    }
  }
  return false;
}

/**
 * Scores one restored image [H, W, C].
 *
 * @param options Size, and the pixels that count, of which there must be one.
 */
export function sampleScores(
  { restored, input, target }: {
    readonly restored: Float32Array;
    /** The reference frame as it came. */
    readonly input: Float32Array;
    readonly target: Float32Array;
  },
  options: RangeOptions,
): SampleScores {
  const decibels = (image: Float32Array) => Math.min(psnr(image, target, options), MOST_PSNR);
  return {
    psnr: decibels(restored),
    ssim: hasWindow(options) ? ssim(restored, target, options) : undefined,
    mae: mae(restored, target, options) / options.dataRange,
    sam: hasAngle(restored, target, options) ? sam(restored, target, options) : undefined,
    inputPsnr: decibels(input),
  };
}

/** The mean of each score over the samples that have it. */
export function meanScores(scores: readonly SampleScores[]): PixelScores {
  const keys = Object.keys(scores[0] ?? {}) as (keyof SampleScores)[];
  const means = keys.map((key) => {
    const values = scores.map((one) => one[key]).filter((value) => value !== undefined);
    return values.length === 0 ? [] : [[key, mean(values)] as const];
  });
  return Object.fromEntries(means.flat()) as unknown as PixelScores;
}
