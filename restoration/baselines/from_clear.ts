/**
 * Baselines for dates with cloud masks: mean and median of the clear dates, and linear interpolation in
 * time.
 *
 * @module
 */

import { pixelArray, type Raster } from "../../core/mod.ts";
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

function checkMasks(frames: readonly Raster[], { masks }: MaskedFrames): Raster {
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
  return like;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/**
 * Computes each value from the dates that are clear there; where none is, the median of all dates with
 * data, and where no date has data, the value of the reference.
 *
 * @param pick Computes a value from the indices of the clear dates.
 */
function fromClear(
  frames: readonly Raster[],
  { masks, reference }: MaskedFrames & { readonly reference: number },
  pick: (clear: readonly number[], valueOf: (date: number) => number) => number,
): Raster {
  const like = frames[reference]!;
  const depth = like.bands.length;
  const missing = frames.map(missingValues);
  const data = pixelArray(like.dtype, like.data.length);
  const whole = !like.dtype.startsWith("float");
  const all = [...frames.keys()];
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / depth);
    const valueOf = (l: number) => frames[l]!.data[i]!;
    const seen = all.filter((l) => missing[l]?.[i] !== 1);
    const clear = seen.filter((l) => masks[l]![pixel] === 0);
    const value = clear.length > 0
      ? pick(clear, valueOf)
      : seen.length > 0
      ? medianOf(seen.map(valueOf))
      : valueOf(reference);
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
  checkMasks(frames, { masks });
  return fromClear(
    frames,
    { masks, reference },
    (clear, valueOf) => clear.reduce((sum, l) => sum + valueOf(l), 0) / clear.length,
  );
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
  checkMasks(frames, { masks });
  return fromClear(
    frames,
    { masks, reference },
    (clear, valueOf) => medianOf(clear.map(valueOf)),
  );
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
  const now = days[reference]!;
  return fromClear(frames, { masks, reference }, (clear, valueOf) => {
    if (clear.includes(reference)) return valueOf(reference);
    const nearest = (side: (day: number) => boolean) =>
      clear.filter((l) => side(days[l]!))
        .reduce<number | undefined>(
          (best, l) =>
            best === undefined || Math.abs(days[l]! - now) < Math.abs(days[best]! - now) ? l : best,
          undefined,
        );
    const before = nearest((day) => day <= now);
    const after = nearest((day) => day > now);
    if (before === undefined || after === undefined) return valueOf((before ?? after)!);
    const share = (now - days[before]!) / (days[after]! - days[before]!);
    return valueOf(before) + (valueOf(after) - valueOf(before)) * share;
  });
}
