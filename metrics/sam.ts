/**
 * Spectral angle.
 *
 * @module
 */

import { checkImages, type ImageOptions } from "./image.ts";

/** Sum of the angles in radians, and the number of pixels. */
export interface AngleSum {
  readonly sum: number;
  readonly count: number;
  /** Selected pixels with a zero spectrum, which have no angle. */
  readonly dark: number;
}

/** Sums the angles; the images must be checked. */
export function angleSum(
  { prediction, target }: {
    readonly prediction: ArrayLike<number>;
    readonly target: ArrayLike<number>;
  },
  { channels, mask }: Pick<ImageOptions, "channels" | "mask">,
): AngleSum {
  let [sum, count, dark] = [0, 0, 0];
  for (let pixel = 0; pixel * channels < target.length; pixel++) {
    if (mask !== undefined && mask[pixel] === 0) continue;
    let product = 0;
    let square = 0;
    let targetSquare = 0;
    for (let i = pixel * channels; i < (pixel + 1) * channels; i++) {
      const [p, t] = [prediction[i]!, target[i]!];
      product += p * t;
      square += p * p;
      targetSquare += t * t;
    }
    if (square === 0 || targetSquare === 0) {
      dark++;
      continue;
    }
    const cosine = product / Math.sqrt(square * targetSquare);
    sum += Math.acos(Math.min(Math.max(cosine, -1), 1));
    count++;
  }
  return { sum, count, dark };
}

/** Mean angle in degrees; NaN if no pixel has one. */
export function meanAngle({ sum, count }: Pick<AngleSum, "sum" | "count">): number {
  return sum / count * 180 / Math.PI;
}

/**
 * Mean spectral angle in degrees: the mean over pixels of arccos(⟨p, t⟩/(|p|·|t|)).
 *
 * Pixels with a zero spectrum in either image have no angle and are left out.
 *
 * @param prediction [H, W, C].
 * @param target [H, W, C].
 * @throws {TypeError} If a length does not match.
 * @throws {RangeError} If no pixel has an angle or a number is not finite.
 */
export function sam(
  prediction: Float32Array,
  target: Float32Array,
  options: ImageOptions,
): number {
  checkImages("SAM", { prediction, target, options });
  const angles = angleSum({ prediction, target }, options);
  if (angles.count === 0) {
    throw new RangeError("Cannot compute SAM: some pixel must have a non-zero spectrum, got none");
  }
  return meanAngle(angles);
}
