/**
 * Baselines for dates with cloud masks: mean and median of the clear dates, and linear interpolation in
 * time. They are the pixel means of `means/`, on stored numbers; where no date is clear, they take the
 * median of all dates.
 *
 * @module
 */

import { pixelArray, type Raster } from "../../core/mod.ts";
import { average, linear, type Mean, MEAN_ORIGIN, meanOfFrames, median } from "../../means/mod.ts";
import { missingValues } from "../missing_values.ts";

/** Cloud masks of the dates. */
export interface MaskedFrames {
  /** Mask of each date [height, width]: not 0 under cloud or shadow. */
  readonly masks: readonly Uint8Array[];
}

/** Days and cloud masks of the dates. */
export interface DatedFrames extends MaskedFrames {
  /** Day of each date, as `2018-03-07`. */
  readonly dates: readonly string[];
  /** Index of the date to restore. Default the last. */
  readonly reference?: number;
}

function checkMasks(frames: readonly Raster[], { masks }: MaskedFrames): void {
  const [like] = frames;
  if (like === undefined) {
    throw new RangeError("Cannot combine dates: there must be at least one, got none");
  }
  const pixels = like.width * like.height;
  if (frames.some(({ data }) => data.length !== like.data.length)) {
    throw new TypeError("Cannot combine dates: they must have one size and the same bands");
  }
  if (masks.length !== frames.length || masks.some(({ length }) => length !== pixels)) {
    throw new TypeError(
      `Cannot combine dates: there must be a mask of ${pixels} pixels for each of ` +
        `${frames.length} dates, got ${masks.map(({ length }) => length).join(", ")}`,
    );
  }
}

/** Options of {@linkcode fromClear}. */
interface FromClearOptions extends MaskedFrames {
  /** Index of the date whose type and grid the result has. */
  readonly reference: number;
  /** Days, for a mean that depicts the reference: it keeps its clear pixels. Default: all dates count. */
  readonly days?: readonly number[];
}

/** The mean of the dates that are clear at a pixel; else the median of all, else the reference's number. */
function fromClear(
  frames: readonly Raster[],
  mean: Mean,
  { masks, reference, days }: FromClearOptions,
): Raster {
  checkMasks(frames, { masks });
  const like = frames[reference]!;
  const { width, height, dtype, bands: { length: depth } } = like;
  // Stored numbers, which pixel means need no reflectance of: whole ones stay exact.
  const values = frames.map((frame) => {
    const missing = missingValues(frame);
    return Float32Array.from(frame.data, (value, i) => missing?.[i] === 1 ? NaN : value);
  });
  const make = (mean: Mean, hidden: readonly Uint8Array[], depicts: boolean) =>
    meanOfFrames(mean, {
      ...{ width, height, frames: values, masks: hidden },
      ...(days && { days }),
      ...(depicts && { reference }),
    });
  const made = make(mean, masks, days !== undefined);
  const { fill, none, dates } = MEAN_ORIGIN;
  const isUnseen = (pixel: number) => made.origin[pixel] === fill || made.origin[pixel] === none;
  const all = made.origin.some((_, pixel) => isUnseen(pixel))
    ? make(median({ grow: 0 }), masks.map(({ length }) => new Uint8Array(length)), false)
    : made;
  const data = pixelArray(dtype, like.data.length);
  const whole = !dtype.startsWith("float");
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / depth);
    const from = isUnseen(pixel) ? all : made;
    const isKnown = from === made || from.origin[pixel] === dates;
    const value = isKnown ? from.image[i]! : like.data[i]!;
    data[i] = whole ? Math.round(value) : value;
  }
  return { ...like, data };
}

/**
 * Mean of the dates that are clear at a pixel; where none is, the median of all dates.
 *
 * @param frames Rasters of one grid with the same bands.
 * @returns A raster like the reference's (default the last).
 * @throws {RangeError} If there are no frames.
 * @throws {TypeError} If a mask is missing, or sizes differ.
 */
export function maskAwareMean(
  frames: readonly Raster[],
  { masks, reference = frames.length - 1 }: MaskedFrames & { readonly reference?: number },
): Raster {
  return fromClear(frames, average({ grow: 0 }), { masks, reference });
}

/**
 * Median of the dates that are clear at a pixel; where none is, the median of all dates.
 *
 * @param frames Rasters of one grid with the same bands.
 * @returns A raster like the reference's (default the last).
 * @throws {RangeError} If there are no frames.
 * @throws {TypeError} If a mask is missing, or sizes differ.
 */
export function maskAwareMedian(
  frames: readonly Raster[],
  { masks, reference = frames.length - 1 }: MaskedFrames & { readonly reference?: number },
): Raster {
  return fromClear(frames, median({ grow: 0 }), { masks, reference });
}

/**
 * Interpolates linearly in time between the nearest clear dates before and after the reference. Before
 * the first or after the last clear date it repeats that date; where the reference is clear it keeps it;
 * where no date is clear it takes the median of all.
 *
 * @param frames Rasters of one grid with the same bands, in any order.
 * @throws {RangeError} If there are no frames, or a date isn't a day.
 * @throws {TypeError} If a mask or a date is missing, or sizes differ.
 */
export function linearInTime(
  frames: readonly Raster[],
  { masks, dates, reference = frames.length - 1 }: DatedFrames,
): Raster {
  checkMasks(frames, { masks });
  const days = dates.map((date) => Date.parse(`${date}T00:00:00Z`) / 86_400_000);
  if (days.length !== frames.length || days.some(Number.isNaN)) {
    throw new RangeError(
      `Cannot interpolate in time: there must be a day, as 2018-03-07, for each of ` +
        `${frames.length} dates, got ${dates.join(", ") || "none"}`,
    );
  }
  return fromClear(frames, linear({ grow: 0 }), { masks, reference, days });
}
