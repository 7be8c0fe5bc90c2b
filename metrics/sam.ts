/**
 * Spectral angle.
 *
 * @module
 */

import { checkImages, type ImageOptions } from "./image.ts";

/** Sum of the angles in radians, and over how many pixels. */
export interface AngleSum {
  readonly sum: number;
  readonly count: number;
  /** Pixels that count but have no angle. */
  readonly dark: number;
}

/** The angles of images that were checked. */
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

/** The mean angle in degrees; NaN where there is none. */
export function meanAngle({ sum, count }: Pick<AngleSum, "sum" | "count">): number {
  return sum / count * 180 / Math.PI;
}

/**
 * Mean spectral angle in degrees: the mean over pixels of arccos(⟨p, t⟩/(|p|·|t|)).
 *
 * A pixel whose spectrum is zero in either image has no angle and is left out.
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
    throw new RangeError("Cannot compute SAM: a pixel must have a spectrum that is not zero");
  }
  return meanAngle(angles);
}
