/**
 * Spectra-aware scores of multispectral images: ERGAS, UIQI and the spectral information divergence.
 *
 * @module
 */

import { checkImages, type ImageOptions } from "./image.ts";

/** The images of a score [H, W, C]. */
interface Pair {
  readonly prediction: Float32Array;
  readonly target: Float32Array;
}

/** Calls `visit` with the values of one band in every selected pixel. */
function eachPixel(
  { prediction, target }: Pair,
  { channels, mask }: ImageOptions,
  band: number,
  visit: (p: number, t: number) => void,
): void {
  for (let pixel = 0; pixel * channels < target.length; pixel++) {
    if (mask !== undefined && mask[pixel] === 0) continue;
    visit(prediction[pixel * channels + band]!, target[pixel * channels + band]!);
  }
}

/** Means, population variances and covariance of one band, from sums about the means. */
function moments(pair: Pair, options: ImageOptions, band: number) {
  let [count, p, t] = [0, 0, 0];
  eachPixel(pair, options, band, (a, b) => {
    count++;
    p += a;
    t += b;
  });
  const [meanP, meanT] = [p / count, t / count];
  let [pp, tt, pt, error] = [0, 0, 0, 0];
  eachPixel(pair, options, band, (a, b) => {
    pp += (a - meanP) ** 2;
    tt += (b - meanT) ** 2;
    pt += (a - meanP) * (b - meanT);
    error += (a - b) ** 2;
  });
  return {
    ...{ meanP, meanT, varP: pp / count, varT: tt / count, covariance: pt / count },
    squaredError: error / count,
  };
}

function bandMoments(name: string, pair: Pair, options: ImageOptions) {
  checkImages(name, { ...pair, options });
  return Array.from({ length: options.channels }, (_, band) => moments(pair, options, band));
}

const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * ERGAS, the relative dimensionless global error (Wald 2000): 100·√(mean over bands of
 * RMSE²/(mean of the target)²), for images of one resolution (h/l = 1). 0 is perfect.
 *
 * @param prediction [H, W, C].
 * @param target [H, W, C].
 * @throws {TypeError} If a length does not match.
 * @throws {RangeError} If a band of the target has the mean 0 or a number is not finite.
 */
export function ergas(
  prediction: Float32Array,
  target: Float32Array,
  options: ImageOptions,
): number {
  const bands = bandMoments("ERGAS", { prediction, target }, options);
  const dark = bands.findIndex(({ meanT }) => meanT === 0);
  if (dark >= 0) {
    throw new RangeError(
      `Cannot compute ERGAS: every band of the target must have a mean other than 0, got 0 in ` +
        `band ${dark}`,
    );
  }
  return 100 *
    Math.sqrt(meanOf(bands.map(({ squaredError, meanT }) => squaredError / meanT ** 2)));
}

/**
 * UIQI, the universal image quality index (Wang and Bovik 2002) of whole bands:
 * 4·cov(p, t)·p̄·t̄/((var p + var t)(p̄² + t̄²)), as a mean over bands. 1 is perfect.
 *
 * @param prediction [H, W, C].
 * @param target [H, W, C].
 * @throws {TypeError} If a length does not match.
 * @throws {RangeError} If a band is constant or zero in both images or a number is not finite.
 */
export function uiqi(
  prediction: Float32Array,
  target: Float32Array,
  options: ImageOptions,
): number {
  const bands = bandMoments("UIQI", { prediction, target }, options);
  return meanOf(bands.map(({ meanP, meanT, varP, varT, covariance }, band) => {
    const divisor = (varP + varT) * (meanP ** 2 + meanT ** 2);
    if (divisor === 0) {
      throw new RangeError(
        `Cannot compute UIQI: a band must vary in one of the images, got constants in band ${band}`,
      );
    }
    return 4 * covariance * meanP * meanT / divisor;
  }));
}

/**
 * Spectral information divergence (Chang 2000): the symmetric Kullback–Leibler divergence of spectra
 * that are scaled to sum 1, in nats, as a mean over pixels. 0 is perfect.
 *
 * Pixels in which a value of either image is not above 0 have no such spectrum and are left out.
 *
 * @param prediction [H, W, C].
 * @param target [H, W, C].
 * @throws {TypeError} If a length does not match.
 * @throws {RangeError} If no pixel has positive spectra or a number is not finite.
 */
export function sid(
  prediction: Float32Array,
  target: Float32Array,
  options: ImageOptions,
): number {
  checkImages("SID", { prediction, target, options });
  const { channels, mask } = options;
  let [sum, count] = [0, 0];
  for (let pixel = 0; pixel * channels < target.length; pixel++) {
    if (mask !== undefined && mask[pixel] === 0) continue;
    const p = prediction.subarray(pixel * channels, (pixel + 1) * channels);
    const t = target.subarray(pixel * channels, (pixel + 1) * channels);
    if (![...p, ...t].every((value) => value > 0)) continue;
    const [totalP, totalT] = [p, t].map((values) => values.reduce((a, b) => a + b, 0));
    // KL(p‖t) + KL(t‖p) = Σ (p − t)·ln(p/t)
    for (let i = 0; i < channels; i++) {
      const [a, b] = [p[i]! / totalP!, t[i]! / totalT!];
      sum += (a - b) * Math.log(a / b);
    }
    count++;
  }
  if (count === 0) {
    throw new RangeError("Cannot compute SID: some pixel must have positive spectra, got none");
  }
  return sum / count;
}
