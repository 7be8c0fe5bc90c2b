/**
 * Keeps the clear pixels of the reference date in a restored image.
 *
 * @module
 */

import { pixelArray, type Raster } from "../core/mod.ts";
import { type KeepClearOptions, restoredShares } from "../restoration/mod.ts";
import { foundMasks } from "./case_pixels.ts";
import type { MethodInput } from "./evaluated_method.ts";

/** Values rounded and clipped to the raster's pixel type. */
export function stored(values: Float32Array, { dtype }: Raster): Raster["data"] {
  const data = pixelArray(dtype, values.length);
  const whole = !dtype.startsWith("float");
  const [least, most] = dtype === "uint8" ? [0, 255] : dtype === "uint16" ? [0, 65535] : [
    -Infinity,
    Infinity,
  ];
  for (let i = 0; i < values.length; i++) {
    data[i] = Math.min(Math.max(whole ? Math.round(values[i]!) : values[i]!, least), most);
  }
  return data;
}

/** Cloud masks of all dates from the chosen source. @throws {TypeError} If they are not available. */
export function masksFrom(
  source: "detector" | "case",
  given: MethodInput,
): readonly Uint8Array[] {
  const { cloudy: [observed], found, name } = given;
  const masks = source === "case" ? found : foundMasks(given);
  if (masks === undefined) {
    throw new TypeError(
      `Cannot keep the clear pixels of ${name}: ` +
        (source === "case"
          ? "there must be a mask of its clouds, got none"
          : `the detector needs B02, B03 and B04, got ${observed!.bands.join(", ")}`),
    );
  }
  return masks;
}

/** Blends the restored image under cloud with the observed one where it is clear. */
export function keptClear(
  restored: Raster,
  given: MethodInput,
  { mask, dilate, feather }: Required<KeepClearOptions> & { readonly mask: Uint8Array },
): Raster {
  const observed = given.cloudy[given.reference]!;
  const { width, height, bands: { length: depth } } = observed;
  const shares = restoredShares(mask, { width, height, dilate, feather });
  const mixed = Float32Array.from(restored.data, (value, i) => {
    const share = shares[Math.floor(i / depth)]! / 255;
    return share === 0
      ? observed.data[i]!
      : observed.data[i]! + (value - observed.data[i]!) * share;
  });
  return { ...restored, data: stored(mixed, restored) };
}
