/**
 * Composite of rasters: the mean `composite` as an image in the reference's units.
 *
 * @module
 */

import { pixelArray, type Raster, reflectanceScaleOf, toReflectance } from "../../core/mod.ts";
import { compositeMean, MEAN_ORIGIN } from "../../means/mod.ts";
import { missingValues } from "../missing_values.ts";
import type { BaselineInput } from "./baseline.ts";

/** Milliseconds of a day. */
const DAY = 86_400_000;

/** Reflectance of a date, NaN where it has no data. */
function reflectanceOf(raster: Raster, missing: Uint8Array | undefined): Float32Array {
  const values = toReflectance(raster);
  return missing === undefined ? values : values.map((value, i) => missing[i] === 1 ? NaN : value);
}

/**
 * Composite for a reference date, see `compositeMean` of `means/`. Clear pixels of the reference stay
 * bit for bit, except for the rim of its clouds; where no date has data, its stored values stay.
 *
 * @throws {RangeError} If frames, masks and days do not fit together.
 */
export function compositeImage(
  { frames, masks, days, reference }:
    & Required<Pick<BaselineInput, "frames" | "masks" | "reference">>
    & Pick<BaselineInput, "days">,
): Raster {
  const like = frames[reference]!;
  const { width, height, dtype, bands: { length: depth } } = like;
  const missing = frames.map(missingValues);
  const isEmpty = (i: number) => missing.every((one) => one?.[i] === 1);
  const { image, origin } = compositeMean({
    width,
    height,
    frames: frames.map((frame, l) => reflectanceOf(frame, missing[l])),
    masks,
    reference,
    ...(days?.length === frames.length && {
      days: days.map((day) => Date.parse(`${day}T00:00:00Z`) / DAY),
    }),
  });
  const scale = reflectanceScaleOf(like);
  const data = pixelArray(dtype, like.data.length);
  const whole = !dtype.startsWith("float");
  const [least, most] = dtype === "uint8" ? [0, 255] : dtype === "uint16" ? [0, 65535] : [
    -Infinity,
    Infinity,
  ];
  for (let i = 0; i < data.length; i++) {
    const from = origin[Math.floor(i / depth)]!;
    const value = image[i]! * scale;
    const own = from === MEAN_ORIGIN.reference || Number.isNaN(value) || isEmpty(i);
    data[i] = own
      ? like.data[i]!
      : Math.min(Math.max(whole ? Math.round(value) : value, least), most);
  }
  return { ...like, data };
}
