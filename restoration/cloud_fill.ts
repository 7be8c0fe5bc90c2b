/**
 * Cloud fill: the model input has the values of opaque cloud wherever the mask has cloud.
 *
 * Models trained on synthetic clouds mistake semi-transparent real ones for bright ground. The fill loses
 * less than what shows through such a cloud.
 *
 * @module
 */

import { type PixelArray, pixelArray, type Raster } from "../core/mod.ts";
import { CLOUD_CLASSES } from "../clouds/mod.ts";
import type { Model } from "../model/mod.ts";
import { missingOf } from "./missing_values.ts";

/** Returns true if a class of `detectClouds` is thick or thin cloud; ground in shadow is visible. */
function isCloud(found: number): boolean {
  return found === CLOUD_CLASSES.thick || found === CLOUD_CLASSES.thin;
}

/**
 * Replaces the masked clouds of a raster by a fill value per band.
 *
 * @param mask Classes [height, width], as of `detectClouds`; thick and thin cloud is filled.
 * @param fill One value per band; rounded and clipped to the raster's type.
 * @param missing Values that mark no data, besides the raster's nodata and NaN. Default none.
 * @returns A copy; values without data stay so.
 * @throws {TypeError} If the mask or the fill doesn't fit the raster.
 *
 * @example
 * ```ts
 * import { fillClouds } from "./cloud_fill.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = Uint16Array.from([900, 2500]);
 * const raster = { width: 2, height: 1, bands: ["B02"], dtype: "uint16", data } as const;
 * assertEquals([...fillClouds(raster, Uint8Array.from([0, 2]), [6800]).data], [900, 6800]);
 * ```
 */
export function fillClouds(
  raster: Raster,
  mask: Uint8Array,
  fill: readonly number[],
  missing: readonly number[] = [],
): Raster {
  const { width, height, dtype, data, bands: { length: depth }, nodata } = raster;
  if (mask.length !== width * height) {
    throw new TypeError(
      `Cannot fill clouds: the mask must have a value for each of ${width}×${height} pixels, got ` +
        mask.length,
    );
  }
  if (fill.length !== depth) {
    throw new TypeError(
      `Cannot fill clouds: the cloud fill must have a value for each of ${depth} bands, got ` +
        fill.length,
    );
  }
  const none = new Set([...missing, ...(nodata === undefined ? [] : [nodata]), NaN]);
  const filled: PixelArray = pixelArray(dtype, data.length);
  filled.set(data);
  const stored = ofType(fill, dtype);
  for (let i = 0; i < mask.length; i++) {
    if (!isCloud(mask[i]!)) continue;
    for (let b = i * depth; b < (i + 1) * depth; b++) {
      if (!none.has(data[b]!)) filled[b] = stored[b - i * depth]!;
    }
  }
  return { ...raster, data: filled };
}

/** Replaces the masked clouds of an image [height, width, bands], in place; NaN (no data) stays. */
export function fillImageClouds(
  image: Float32Array,
  classes: Uint8Array,
  fill: readonly number[],
): void {
  const depth = fill.length;
  for (let i = 0; i < classes.length; i++) {
    if (!isCloud(classes[i]!)) continue;
    for (let b = 0; b < depth; b++) {
      if (!Number.isNaN(image[i * depth + b]!)) image[i * depth + b] = fill[b]!;
    }
  }
}

/** Rounds and clips values to a pixel type. */
function ofType(numbers: readonly number[], dtype: Raster["dtype"]): readonly number[] {
  if (dtype.startsWith("float")) return numbers;
  const most = { uint8: 255, int16: 32767, uint16: 65535 }[dtype as string] ?? Infinity;
  return numbers.map((value) => Math.min(Math.max(Math.round(value), 0), most));
}

/** The frames as model input: masked clouds are filled, if the card has a cloud fill. */
export function maskedInput(
  { card: { opaqueCloud, bands } }: Pick<Model, "card">,
  frames: readonly Raster[],
  masks: readonly Uint8Array[] | undefined,
): readonly Raster[] {
  if (masks === undefined || opaqueCloud === undefined) return frames;
  if (masks.length !== frames.length) {
    throw new TypeError(
      `Cannot fill clouds: there must be a mask for each of ${frames.length} dates, got ` +
        masks.length,
    );
  }
  return frames.map((frame, l) =>
    fillClouds(frame, masks[l]!, opaqueCloud, missingOf(frame, bands))
  );
}
