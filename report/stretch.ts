/**
 * Contrast stretch shared by all images.
 *
 * @module
 */

import { finiteQuantile, sampled } from "./scale.ts";

/** Quantiles of the ground drawn black and white. */
const DARK = 0.01;
const BRIGHT = 0.99;
/** Least fraction of clear pixels for a stretch from the reference. */
const LEAST_GROUND = 0.02;

/** Values of one band at some pixels. */
function valuesOf(
  data: Float32Array,
  { pixels, depth, band }: {
    readonly pixels: Float32Array;
    readonly depth: number;
    readonly band: number;
  },
): readonly number[] {
  return Array.from(pixels, (pixel) => data[pixel * depth + band]!);
}

/**
 * Black and white value of each band: quantiles of the clear pixels of the reference, or of the result
 * if the reference has almost no clear pixel or no mask.
 *
 * @param clouds [height, width]: 0 clear.
 */
export function stretchOf(
  { reference, restored, clouds }: {
    readonly reference: Float32Array;
    readonly restored: Float32Array;
    readonly clouds: Uint8Array | undefined;
  },
  depth: number,
): readonly (readonly [number, number])[] {
  const every = Float32Array.from({ length: restored.length / depth }, (_, pixel) => pixel);
  const clear = every.filter((pixel) => clouds?.[pixel] === 0);
  const known = clear.length > LEAST_GROUND * every.length;
  const [image, pixels] = known ? [reference, sampled(clear)] : [restored, sampled(every)];
  return Array.from({ length: depth }, (_, band) => {
    const values = valuesOf(image, { pixels, depth, band });
    const [low, high] = [finiteQuantile(values, DARK), finiteQuantile(values, BRIGHT)];
    if (Number.isNaN(low)) return [0, 1];
    return [low, high > low ? high : low + 1];
  });
}
