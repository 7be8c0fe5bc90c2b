/**
 * Dataset: training and test samples by index, each a cloudy sequence and its clear target.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";

/** Mean of all dates of a sample, [H, W, C] each but the evidence. */
export interface SampleMean {
  /** μ, in the units of the files. */
  readonly image: Float32Array;
  /** Its evidence [H, W, 4] in [−1, 1]. */
  readonly evidence: Float32Array;
  /** Estimate from the other dates alone, in the units of the files. */
  readonly dates: Float32Array;
  /** Expected error of `dates`, in the units of the files. */
  readonly errors: Float32Array;
}

/** One training or test sample, in the values that the files store (DN, dB, grey values). */
export interface Sample {
  /** Source of the sample, for logs and error messages. */
  readonly name: string;
  /** Frames L. */
  readonly length: number;
  /** Height H in pixels. */
  readonly height: number;
  /** Width W in pixels. */
  readonly width: number;
  /** The frames [L, H, W, C]. */
  readonly cloudy: Float32Array;
  /** The clear image [H, W, C]. */
  readonly target: Float32Array;
  /** Auxiliary bands of each frame [L, H, W, A]. */
  readonly auxiliary?: Float32Array;
  /** Index of the frame that the target depicts, in [0, L). */
  readonly reference: number;
  /** 1 where cloud or shadow hides the ground, [L, H, W]; absent where there is no mask. */
  readonly mask?: Uint8Array;
  /** The mean of more dates than the frames, made before. Absent where it is made of the frames. */
  readonly mean?: SampleMean;
  /** Day of each frame, as `2018-03-07`; absent where the dataset has none. */
  readonly dates?: readonly string[];
}

/** Samples by index. */
export interface Dataset {
  /** Number of samples. Datasets that draw without end state the length of one epoch. */
  readonly size: number;
  /** Band names of the images in channel order. */
  readonly bands: readonly string[];
  /**
   * Digest of what the samples are drawn from, independent of where it is stored: a different digest
   * means different data. Absent where it cannot be computed.
   */
  readonly digest?: string;
  /** Samples left out because files of them are missing. Default none. */
  readonly incomplete?: number;
  /**
   * Makes one sample. Every array of it is new: the caller may change it or transfer it to another
   * thread.
   *
   * @param index In [0, size).
   * @param rng Decides crop, flips and clouds: the same stream gives the same sample.
   * @throws {InputError} If a file of the sample cannot be read or does not hold what it must.
   */
  sample(index: number, rng: Rng): Promise<Sample>;
}
