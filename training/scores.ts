/**
 * Scores of a validation: the differences of restored images from their targets.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import { mae, psnr, type RangeOptions, sam, ssim, visualMeter } from "../metrics/mod.ts";

/** Mean scores of restored images against their targets. */
export interface PixelScores {
  /** PSNR in dB; an image without error counts as 100 dB. */
  readonly psnr: number;
  /** SSIM; absent if the tiles are smaller than its window. */
  readonly ssim?: number;
  /** Mean absolute error relative to the range of the model's scaling. */
  readonly mae: number;
  /** Spectral angle in degrees; absent if no pixel has one. */
  readonly sam?: number;
  /** PSNR of the input, the cloudy reference frame, in dB. */
  readonly inputPsnr: number;
  /** PSNR of the mean of all dates, in dB; absent if the model's mean is the cloudy image. */
  readonly meanPsnr?: number;
  /** Weave relative to the targets, see `visualMeter`; absent if too few pixels are selected. */
  readonly weave?: number;
  /** Contrast relative to the targets; absent as `weave`. */
  readonly contrast?: number;
}

/** Result of a validation: mean scores over all pixels of its samples. */
export interface Validation extends PixelScores {
  /** Loss (Alg. 1), at one noise level per sample. */
  readonly loss: number;
  /** Number of samples. */
  readonly samples: number;
  /** Error messages of skipped samples; absent if none was skipped. */
  readonly skipped?: readonly string[];
  /** Scores of the pixels under cloud or shadow in the reference frame, for samples with a mask. */
  readonly cloudy?: PixelScores & {
    /** Number of samples with such pixels. */
    readonly samples: number;
  };
}

/** Scores of one sample; undefined where a score does not exist. */
export type SampleScores = Readonly<Record<keyof PixelScores, number | undefined>>;

/** Replaces an infinite PSNR, so that means stay finite and can be stored as JSON. */
const MOST_PSNR = 100;

/** Half of SSIM's window. */
const RADIUS = 5;

/** Returns true if SSIM is defined: one selected pixel has a whole window around it. */
function hasWindow({ height, width, mask }: RangeOptions): boolean {
  if (Math.min(height, width) <= 2 * RADIUS) return false;
  if (mask === undefined) return true;
  for (let y = RADIUS; y < height - RADIUS; y++) {
    for (let x = RADIUS; x < width - RADIUS; x++) if (mask[y * width + x] !== 0) return true;
  }
  return false;
}

/** Returns true if the spectral angle is defined: one selected pixel is not black in both images. */
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
 * @param options Size and mask; at least one pixel must be selected.
 */
export function sampleScores(
  { restored, input, mean, target }: {
    readonly restored: Float32Array;
    /** The cloudy reference frame. */
    readonly input: Float32Array;
    /** The mean of all dates, if the model has one. */
    readonly mean?: Float32Array | undefined;
    readonly target: Float32Array;
  },
  options: RangeOptions,
): SampleScores {
  const decibels = (image: Float32Array) => Math.min(psnr(image, target, options), MOST_PSNR);
  const { mask, ...size } = options;
  const measure = visualMeter(target, { ...size, regions: { selected: mask } });
  const { weave, contrast } = measure(restored).selected;
  return {
    psnr: decibels(restored),
    ssim: hasWindow(options) ? ssim(restored, target, options) : undefined,
    mae: mae(restored, target, options) / options.dataRange,
    sam: hasAngle(restored, target, options) ? sam(restored, target, options) : undefined,
    inputPsnr: decibels(input),
    meanPsnr: mean && decibels(mean),
    weave: weave ?? undefined,
    contrast: contrast ?? undefined,
  };
}

/** Returns the mean of each score over the samples that have it. */
export function meanScores(scores: readonly SampleScores[]): PixelScores {
  const keys = Object.keys(scores[0] ?? {}) as (keyof SampleScores)[];
  const means = keys.map((key) => {
    const values = scores.map((one) => one[key]).filter((value) => value !== undefined);
    return values.length === 0 ? [] : [[key, mean(values)] as const];
  });
  return Object.fromEntries(means.flat()) as unknown as PixelScores;
}
