/**
 * Input of the metrics: two images in memory and a mask.
 *
 * @module
 */

/** Size of the images, and a mask. */
export interface ImageOptions {
  /** Height H in pixels. */
  readonly height: number;
  /** Width W in pixels. */
  readonly width: number;
  /** Channels C per pixel; values are in the order [H, W, C]. */
  readonly channels: number;
  /** Mask [H, W]: pixels count where it is not 0. Default all. */
  readonly mask?: ArrayLike<number>;
}

/** Size of the images and their data range. */
export interface RangeOptions extends ImageOptions {
  /** Largest minus smallest possible value: 10000 for DN of reflectance in [0, 1]. */
  readonly dataRange: number;
}

/**
 * Checks the images of a metric.
 *
 * @throws {TypeError} If a length does not match the size.
 * @throws {RangeError} If no pixel counts or a number is not finite.
 */
export function checkImages(
  name: string,
  { prediction, target, options }: {
    readonly prediction: Float32Array;
    readonly target: Float32Array;
    readonly options: ImageOptions;
  },
): void {
  const { height, width, channels, mask } = options;
  const length = height * width * channels;
  if (prediction.length !== length || target.length !== length || length === 0) {
    throw new TypeError(
      `Cannot compute ${name}: both images must have [${height}, ${width}, ${channels}] = ` +
        `${length} numbers, got ${prediction.length} and ${target.length}`,
    );
  }
  if (mask !== undefined && mask.length !== height * width) {
    throw new TypeError(
      `Cannot compute ${name}: the mask must have [${height}, ${width}] numbers, got ${mask.length}`,
    );
  }
  const bad = firstUnfinite(prediction, target);
  if (bad >= 0) {
    const pixel = Math.floor(bad / channels);
    throw new RangeError(
      `Cannot compute ${name}: numbers must be finite, got ${prediction[bad]} and ${target[bad]} ` +
        `at row ${Math.floor(pixel / width)}, column ${pixel % width}, channel ${bad % channels}`,
    );
  }
  if (mask !== undefined && !counts(mask)) {
    throw new RangeError(`Cannot compute ${name}: the mask must keep a pixel, got none`);
  }
}

/** Returns true if a mask keeps a pixel. */
export function counts(mask: ArrayLike<number>): boolean {
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) return true;
  return false;
}

/** Index of the first number that is not finite in either image, or −1. */
function firstUnfinite(a: Float32Array, b: Float32Array): number {
  // x − x is 0 for finite numbers only.
  for (let i = 0; i < a.length; i++) if (a[i]! - a[i]! + (b[i]! - b[i]!) !== 0) return i;
  return -1;
}

/** Checks the data range. @throws {RangeError} If it is not a positive number. */
export function checkRange(name: string, dataRange: number): void {
  if (!(dataRange > 0 && dataRange < Infinity)) {
    throw new RangeError(
      `Cannot compute ${name}: the data range must be a positive number, got ${dataRange}`,
    );
  }
}
