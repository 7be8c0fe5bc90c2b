/**
 * Hiding clouds from a model: where a mask has cloud, it is shown cloud that lets nothing through.
 *
 * Models that were trained under drawn clouds take half-transparent real ones for bright ground. What
 * little shows through such a cloud is worth less than that.
 *
 * @module
 */

import { type PixelArray, pixelArray, type Raster } from "../core/mod.ts";
import { CLOUD_CLASSES } from "../data/mod.ts";
import type { Model } from "../model/mod.ts";

/** Whether a class is cloud: neither clear ground nor shadow, through which ground is seen. */
export function isCloud(found: number): boolean {
  return found !== CLOUD_CLASSES.clear && found !== CLOUD_CLASSES.shadow;
}

/**
 * A raster whose clouds look opaque.
 *
 * @param mask Classes [height, width], see {@linkcode isCloud}.
 * @param cloud What is put there, of each band.
 * @returns A copy; pixels without data stay so.
 */
export function hideClouds(raster: Raster, mask: Uint8Array, cloud: readonly number[]): Raster {
  const { dtype, data, bands: { length: depth }, nodata = NaN } = raster;
  const hidden: PixelArray = pixelArray(dtype, data.length);
  hidden.set(data);
  const stored = pixelArray(dtype, depth);
  stored.set(dtype.startsWith("float") ? cloud : cloud.map(Math.round));
  for (let i = 0; i < mask.length; i++) {
    if (!isCloud(mask[i]!)) continue;
    for (let b = 0; b < depth; b++) {
      const value = data[i * depth + b]!;
      if (value !== nodata && !Number.isNaN(value)) hidden[i * depth + b] = stored[b]!;
    }
  }
  return { ...raster, data: hidden };
}

/** The frames as a model is to see them: clouds of the masks hidden, where its card says how. */
export function withoutClouds(
  { card: { opaqueCloud } }: Pick<Model, "card">,
  frames: readonly Raster[],
  masks: readonly Uint8Array[] | undefined,
): readonly Raster[] {
  if (masks === undefined || opaqueCloud === undefined) return frames;
  const wrong = frames.findIndex(({ width, height }, l) => masks[l]?.length !== width * height);
  if (wrong >= 0) {
    const { width, height } = frames[wrong]!;
    throw new TypeError(
      `Cannot hide clouds: mask ${wrong} must have a number for each of ${width}×${height} pixels, ` +
        `got ${masks[wrong]?.length ?? "none"}`,
    );
  }
  return frames.map((frame, l) => hideClouds(frame, masks[l]!, opaqueCloud));
}
