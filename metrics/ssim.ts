/**
 * Structural similarity, Wang et al., "Image quality assessment" (IEEE TIP 2004).
 *
 * @module
 */

import { checkImages, checkRange, type RangeOptions } from "./image.ts";
import { planeOf, type SsimMap, ssimMap, sumOfMap } from "./ssim_map.ts";
import { GAUSSIAN, radiusOf, type SsimWindow } from "./windows.ts";

/** Checked images, and the window. */
export interface MapsOptions extends RangeOptions {
  readonly window?: SsimWindow;
}

/** SSIM maps of the bands, computed one at a time. */
export function* ssimMaps(
  { prediction, target }: {
    readonly prediction: ArrayLike<number>;
    readonly target: ArrayLike<number>;
  },
  { height, width, channels, dataRange, window = GAUSSIAN }: MapsOptions,
): Generator<SsimMap> {
  for (let channel = 0; channel < channels; channel++) {
    const [a, b] = [prediction, target].map((image) => planeOf(image, { channel, channels }));
    yield ssimMap({ a: a!, b: b! }, { height, width, dataRange, window });
  }
}

/** Checks that a window fits. @throws {RangeError} If a side is too short. */
export function checkWindow(
  { height, width }: { readonly height: number; readonly width: number },
  window: SsimWindow = GAUSSIAN,
): void {
  const least = 2 * radiusOf(window) + 1;
  if (window.edge === "inside" && Math.min(height, width) < least) {
    throw new RangeError(
      `Cannot compute SSIM: both sides must be at least ${least}, got ${height}×${width}`,
    );
  }
}

/** Error for a mask without an interior pixel. */
export function noPixel(): RangeError {
  return new RangeError("Cannot compute SSIM: the mask must keep an interior pixel, got none");
}

/** Mean SSIM of checked images with any window; throws as {@linkcode ssim}. */
export function windowedSsim(
  images: {
    readonly prediction: ArrayLike<number>;
    readonly target: ArrayLike<number>;
  },
  options: MapsOptions,
): number {
  checkWindow(options, options.window);
  let [sum, count] = [0, 0];
  for (const map of ssimMaps(images, options)) {
    const part = sumOfMap(map, options.mask);
    sum += part.sum;
    count += part.count;
  }
  if (count === 0) throw noPixel();
  return sum / count;
}

/**
 * Mean SSIM over channels: Gaussian window of 11×11 with σ = 1.5, K1 = 0.01, K2 = 0.03, population
 * covariance, averaged over the interior where the window fits. It is scikit-image's
 * `structural_similarity(…, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)`.
 *
 * With a mask, the map is averaged over its interior pixels; their windows include unmasked neighbours.
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
  return windowedSsim({ prediction, target }, { ...options, window: GAUSSIAN });
}
