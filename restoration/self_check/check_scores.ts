/**
 * Scores over the synthetically clouded pixels of several parts of a scene.
 *
 * @module
 */

import { mean } from "../../core/mod.ts";
import { sam, ssim } from "../../metrics/mod.ts";

/** Scores of a method. */
export interface CheckScore {
  /** Mean absolute error. */
  readonly mae: number;
  /** Root mean squared error. */
  readonly rmse: number;
  /** PSNR in dB over all scored pixels; null if the RMSE is 0, because JSON has no infinity. */
  readonly psnr: number | null;
  /** Mean SSIM; null if no scored pixel is 5 pixels away from the borders of its part. */
  readonly ssim: number | null;
  /** Mean spectral angle in degrees. */
  readonly sam: number;
  /** Errors of each band of the result. */
  readonly bands: readonly {
    readonly band: string;
    /** Mean of prediction − truth. */
    readonly bias: number;
    readonly mae: number;
    readonly rmse: number;
  }[];
}

/** Images of a part [height, width, bands], in reflectance. */
export interface CheckImages {
  readonly prediction: Float32Array;
  readonly truth: Float32Array;
  /** [height, width]: 1 where pixels are scored. */
  readonly mask: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Pixels that SSIM's window reaches. */
const REACH = 5;

/** Returns true if SSIM has a value at any scored pixel. */
function hasInterior({ mask, width, height }: CheckImages): boolean {
  return mask.some((flag, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return flag === 1 && Math.min(x, y, width - 1 - x, height - 1 - y) >= REACH;
  });
}

/** Sums over the parts. */
export class CheckSums {
  readonly #bands: readonly string[];
  readonly #sums: { bias: number; absolute: number; squares: number }[];
  #pixels = 0;
  #sam = 0;
  #ssim = 0;
  #inner = 0;

  constructor(bands: readonly string[]) {
    this.#bands = bands;
    this.#sums = bands.map(() => ({ bias: 0, absolute: 0, squares: 0 }));
  }

  get pixels(): number {
    return this.#pixels;
  }

  /** Adds a part with at least one scored pixel. */
  add(images: CheckImages): void {
    const { prediction, truth, mask, width, height } = images;
    const channels = this.#bands.length;
    let pixels = 0;
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] !== 1) continue;
      pixels++;
      for (const [b, sums] of this.#sums.entries()) {
        const error = prediction[i * channels + b]! - truth[i * channels + b]!;
        sums.bias += error;
        sums.absolute += Math.abs(error);
        sums.squares += error * error;
      }
    }
    const options = { width, height, channels, mask, dataRange: 1 };
    this.#pixels += pixels;
    this.#sam += pixels * sam(prediction, truth, options);
    if (!hasInterior(images)) return;
    this.#ssim += pixels * ssim(prediction, truth, options);
    this.#inner += pixels;
  }

  result(): CheckScore {
    const pixels = this.#pixels;
    const bands = this.#sums.map(({ bias, absolute, squares }, b) => ({
      band: this.#bands[b]!,
      bias: bias / pixels,
      mae: absolute / pixels,
      rmse: Math.sqrt(squares / pixels),
    }));
    const rmse = Math.sqrt(mean(bands.map((band) => band.rmse ** 2)));
    return {
      mae: mean(bands.map((band) => band.mae)),
      rmse,
      psnr: rmse === 0 ? null : -20 * Math.log10(rmse),
      ssim: this.#inner === 0 ? null : this.#ssim / this.#inner,
      sam: this.#sam / pixels,
      bands,
    };
  }
}
