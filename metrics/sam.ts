/**
 * Spectral angle.
 *
 * @module
 */

import { checkImages, type ImageOptions } from "./image.ts";

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
  const { channels, mask } = options;
  let sum = 0;
  let count = 0;
  for (let pixel = 0; pixel * channels < target.length; pixel++) {
    if (mask !== undefined && mask[pixel] === 0) continue;
    let product = 0;
    let square = 0;
    let targetSquare = 0;
    for (let i = pixel * channels; i < (pixel + 1) * channels; i++) {
      product += prediction[i]! * target[i]!;
      square += prediction[i]! ** 2;
      targetSquare += target[i]! ** 2;
    }
    if (square === 0 || targetSquare === 0) continue;
    const cosine = product / Math.sqrt(square * targetSquare);
    sum += Math.acos(Math.min(Math.max(cosine, -1), 1));
    count++;
  }
  if (count === 0) {
    throw new RangeError("Cannot compute SAM: a pixel must have a spectrum that is not zero");
  }
  return sum / count * 180 / Math.PI;
}
