/**
 * Input of LPIPS, and the mean of its maps over a mask.
 *
 * @module
 */

import type { LpipsNetwork } from "./lpips_networks.ts";

/** Size of the images, and a mask. */
export interface LpipsSize {
  /** Height H in pixels; at least 31 for AlexNet, 16 for VGG16. */
  readonly height: number;
  /** Width W in pixels; at least 31 for AlexNet, 16 for VGG16. */
  readonly width: number;
  /**
   * Mask [H, W]: pixels count where it is not 0. Default all. Each location of a layer is weighted by the
   * masked share of its pixels; its receptive field is larger.
   */
  readonly mask?: ArrayLike<number>;
}

/** Mean of a map [h, w], each location weighted by the masked share of its pixels. */
export function meanOfMap(
  values: Float32Array,
  [h, w]: readonly [number, number],
  { height, width, mask }: LpipsSize,
): number {
  const total = new Float64Array(h * w);
  const counted = new Float64Array(h * w);
  if (mask === undefined) {
    counted.fill(1);
    total.fill(1);
  } else {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const place = Math.floor(y * h / height) * w + Math.floor(x * w / width);
        total[place]!++;
        if (mask[y * width + x] !== 0) counted[place]!++;
      }
    }
  }
  let [sum, weights] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const weight = counted[i]! / total[i]!;
    sum += weight * values[i]!;
    weights += weight;
  }
  return sum / weights;
}

/**
 * Checks two images for a network.
 *
 * @throws {TypeError} If a length does not match.
 * @throws {RangeError} If a side is too short, no pixel counts or a number is not finite.
 */
export function checkPair(
  { net, least }: LpipsNetwork,
  { a, b, size: { height, width, mask } }: {
    readonly a: Float32Array;
    readonly b: Float32Array;
    readonly size: LpipsSize;
  },
): void {
  const fail = `Cannot compute LPIPS (${net})`;
  const length = height * width * 3;
  if (a.length !== length || b.length !== length) {
    throw new TypeError(
      `${fail}: both images must have [${height}, ${width}, 3] = ${length} numbers, got ` +
        `${a.length} and ${b.length}`,
    );
  }
  if (Math.min(height, width) < least) {
    throw new RangeError(`${fail}: both sides must be at least ${least}, got ${height}×${width}`);
  }
  const bad = a.findIndex((value, i) => !Number.isFinite(value) || !Number.isFinite(b[i]));
  if (bad >= 0) {
    throw new RangeError(`${fail}: numbers must be finite, got ${a[bad]} and ${b[bad]}`);
  }
  if (mask === undefined) return;
  if (mask.length !== height * width) {
    throw new TypeError(
      `${fail}: the mask must have [${height}, ${width}] numbers, got ${mask.length}`,
    );
  }
  if (!Array.prototype.some.call(mask, (value) => value !== 0)) {
    throw new RangeError(`${fail}: the mask must keep a pixel, got none`);
  }
}
