/**
 * Hiding clouds from a model: where a mask has cloud, it is shown cloud that lets nothing through.
 *
 * Models that were trained under drawn clouds take half-transparent real ones for bright ground. What
 * little shows through such a cloud is worth less than that.
 *
 * @module
 */

import { type PixelArray, pixelArray, type Raster } from "../core/mod.ts";
import { CLOUD_CLASSES } from "../clouds/mod.ts";
import type { Model } from "../model/mod.ts";
import { missingOf } from "./missing_values.ts";

/**
 * Whether a class of `detectClouds` is cloud, thick or thin: ground is seen through shadow.
 *
 * @example
 * ```ts
 * import { isCloud } from "./hide_clouds.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([0, 1, 2, 3, 255].map(isCloud), [false, true, true, false, false]);
 * ```
 */
export function isCloud(found: number): boolean {
  return found === CLOUD_CLASSES.thick || found === CLOUD_CLASSES.thin;
}

/**
 * A raster whose clouds look opaque.
 *
 * @param mask Classes [height, width], see {@linkcode isCloud}.
 * @param cloud What is put there, of each band; rounded and clipped to the raster's type.
 * @param missing Values without data, beside the raster's nodata and NaN. Default none.
 * @returns A copy; values without data stay so.
 * @throws {TypeError} If the mask or the cloud is not of the raster's size.
 *
 * @example
 * ```ts
 * import { hideClouds } from "./hide_clouds.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = Uint16Array.from([900, 2500]);
 * const raster = { width: 2, height: 1, bands: ["B02"], dtype: "uint16", data } as const;
 * assertEquals([...hideClouds(raster, Uint8Array.from([0, 2]), [6800]).data], [900, 6800]);
 * ```
 */
export function hideClouds(
  raster: Raster,
  mask: Uint8Array,
  cloud: readonly number[],
  missing: readonly number[] = [],
): Raster {
  const { width, height, dtype, data, bands: { length: depth }, nodata } = raster;
  if (mask.length !== width * height) {
    throw new TypeError(
      `Cannot hide clouds: the mask must have a number for each of ${width}×${height} pixels, got ` +
        mask.length,
    );
  }
  if (cloud.length !== depth) {
    throw new TypeError(
      `Cannot hide clouds: opaque cloud must have a number for each of ${depth} bands, got ` +
        cloud.length,
    );
  }
  const none = new Set([...missing, ...(nodata === undefined ? [] : [nodata]), NaN]);
  const hidden: PixelArray = pixelArray(dtype, data.length);
  hidden.set(data);
  const stored = ofType(cloud, dtype);
  for (let i = 0; i < mask.length; i++) {
    if (!isCloud(mask[i]!)) continue;
    for (let b = i * depth; b < (i + 1) * depth; b++) {
      if (!none.has(data[b]!)) hidden[b] = stored[b - i * depth]!;
    }
  }
  return { ...raster, data: hidden };
}

/** Opaque cloud over the clouds of an image [height, width, bands]; NaN, which is no data, stays. */
export function paintClouds(
  image: Float32Array,
  classes: Uint8Array,
  cloud: readonly number[],
): void {
  const depth = cloud.length;
  for (let i = 0; i < classes.length; i++) {
    if (!isCloud(classes[i]!)) continue;
    for (let b = 0; b < depth; b++) {
      if (!Number.isNaN(image[i * depth + b]!)) image[i * depth + b] = cloud[b]!;
    }
  }
}

/** Numbers as a type holds them. */
function ofType(numbers: readonly number[], dtype: Raster["dtype"]): readonly number[] {
  if (dtype.startsWith("float")) return numbers;
  const most = { uint8: 255, int16: 32767, uint16: 65535 }[dtype as string] ?? Infinity;
  return numbers.map((value) => Math.min(Math.max(Math.round(value), 0), most));
}

/** The frames as a model is to see them: clouds of the masks hidden, where its card says how. */
export function withoutClouds(
  { card: { opaqueCloud, bands } }: Pick<Model, "card">,
  frames: readonly Raster[],
  masks: readonly Uint8Array[] | undefined,
): readonly Raster[] {
  if (masks === undefined || opaqueCloud === undefined) return frames;
  if (masks.length !== frames.length) {
    throw new TypeError(
      `Cannot hide clouds: there must be a mask for each of ${frames.length} dates, got ` +
        masks.length,
    );
  }
  return frames.map((frame, l) =>
    hideClouds(frame, masks[l]!, opaqueCloud, missingOf(frame, bands))
  );
}
