/**
 * Structural similarity, Wang et al., "Image quality assessment" (IEEE TIP 2004).
 *
 * @module
 */

import { checkImages, checkRange, type RangeOptions } from "./image.ts";

const RADIUS = 5;
const SIGMA = 1.5;
const K1 = 0.01;
const K2 = 0.03;

/** The 11 weights of the window along one axis. */
const WINDOW = (() => {
  const weights = Array.from(
    { length: 2 * RADIUS + 1 },
    (_, i) => Math.exp(-0.5 * ((i - RADIUS) / SIGMA) ** 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float64Array.from(weights, (weight) => weight / sum);
})();

/** Window means of a plane; only the interior, where the window fits, is filled. */
function windowMeans(
  plane: Float64Array,
  { height, width }: { readonly height: number; readonly width: number },
): Float64Array {
  const rows = new Float64Array(plane.length);
  for (let y = 0; y < height; y++) {
    for (let x = RADIUS; x < width - RADIUS; x++) {
      const first = y * width + x - RADIUS;
      let sum = 0;
      for (let k = 0; k < WINDOW.length; k++) sum += WINDOW[k]! * plane[first + k]!;
      rows[y * width + x] = sum;
    }
  }
  const means = new Float64Array(plane.length);
  for (let y = RADIUS; y < height - RADIUS; y++) {
    for (let x = RADIUS; x < width - RADIUS; x++) {
      const first = (y - RADIUS) * width + x;
      let sum = 0;
      for (let k = 0; k < WINDOW.length; k++) sum += WINDOW[k]! * rows[first + k * width]!;
      means[y * width + x] = sum;
    }
  }
  return means;
}

/** Sum of the SSIM map of one channel over the interior pixels that count, and their number. */
function channelSum(
  a: Float64Array,
  b: Float64Array,
  { height, width, mask, dataRange }: RangeOptions,
): { sum: number; count: number } {
  const size = { height, width };
  const product = (u: Float64Array, v: Float64Array) => u.map((value, i) => value * v[i]!);
  const meanA = windowMeans(a, size);
  const meanB = windowMeans(b, size);
  const meanAA = windowMeans(product(a, a), size);
  const meanBB = windowMeans(product(b, b), size);
  const meanAB = windowMeans(product(a, b), size);
  const c1 = (K1 * dataRange) ** 2;
  const c2 = (K2 * dataRange) ** 2;
  let sum = 0;
  let count = 0;
  for (let y = RADIUS; y < height - RADIUS; y++) {
    for (let x = RADIUS; x < width - RADIUS; x++) {
      const i = y * width + x;
      if (mask !== undefined && mask[i] === 0) continue;
      const [ma, mb] = [meanA[i]!, meanB[i]!];
      const variances = meanAA[i]! - ma * ma + meanBB[i]! - mb * mb;
      const covariance = meanAB[i]! - ma * mb;
      sum += (2 * ma * mb + c1) * (2 * covariance + c2) /
        ((ma * ma + mb * mb + c1) * (variances + c2));
      count++;
    }
  }
  return { sum, count };
}

/**
 * Mean SSIM over channels: Gaussian window of 11×11 with σ = 1.5, K1 = 0.01, K2 = 0.03, population
 * covariance, averaged over the interior where the window fits. It is scikit-image's
 * `structural_similarity(…, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)`.
 *
 * With a mask, the map is averaged over interior pixels that count; their windows still see the
 * pixels around them.
 *
 * @param prediction [H, W, C].
 * @param target [H, W, C].
 * @throws {TypeError} If a length does not match.
 * @throws {RangeError} If a side is below 11, no interior pixel counts, a number is not finite or
 *   the data range not positive.
 */
export function ssim(
  prediction: Float32Array,
  target: Float32Array,
  options: RangeOptions,
): number {
  checkRange("SSIM", options.dataRange);
  checkImages("SSIM", { prediction, target, options });
  const { height, width, channels } = options;
  if (Math.min(height, width) < WINDOW.length) {
    throw new RangeError(
      `Cannot compute SSIM: both sides must be at least ${WINDOW.length}, got ${height}×${width}`,
    );
  }
  const plane = (image: Float32Array, channel: number) =>
    Float64Array.from({ length: height * width }, (_, i) => image[i * channels + channel]!);
  let sum = 0;
  let count = 0;
  for (let channel = 0; channel < channels; channel++) {
    const part = channelSum(plane(prediction, channel), plane(target, channel), options);
    sum += part.sum;
    count += part.count;
  }
  if (count === 0) {
    throw new RangeError("Cannot compute SSIM: the mask must keep an interior pixel, got none");
  }
  return sum / count;
}
