/**
 * Clouds of dates in memory, found as `restore` finds them: by comparing the dates where that is
 * possible, else on each date alone.
 *
 * @module
 */

import { type Raster, reflectanceScaleOf } from "../core/mod.ts";
import { detectClouds } from "./detect_clouds.ts";
import type { ReflectanceLevel } from "./surface_look.ts";
import { detectInTime, FEWEST_DATES, surveyClouds } from "./temporal_detector.ts";
import { timeBands } from "./time/signatures.ts";

/** Options of {@linkcode detectDates}. */
export interface DetectDatesOptions {
  /** Day of each date, counted from any start. Default: 15 days between dates. */
  readonly days?: readonly number[];
  /** Level of the reflectance. Default "L1C". */
  readonly level?: ReflectanceLevel;
  /** Pixel size in metres, > 0, for dates that are classified on their own. Default 10. */
  readonly pixelSize?: number;
}

/**
 * Finds clouds and shadows on every date of a place.
 *
 * @param frames Rasters of one grid with the same bands; B02, B03 and B04 are required.
 * @returns Classes of `CLOUD_CLASSES` of each date, [height, width]; 255 where it has no data.
 * @throws {RangeError} If B02, B03 or B04 is missing, or sizes or bands differ.
 */
export function detectDates(
  frames: readonly Raster[],
  { days, level = "L1C", pixelSize = 10 }: DetectDatesOptions = {},
): readonly Uint8Array[] {
  const [first] = frames;
  if (first === undefined) return [];
  if (frames.length < FEWEST_DATES || timeBands(first.bands) === undefined) {
    return frames.map((frame) => detectClouds(frame, { level, pixelSize }));
  }
  const { width, height, bands } = first;
  const survey = surveyClouds({
    width,
    height,
    bands,
    pixelSize,
    dates: frames.map((frame, t) => ({
      scales: bands.map(() => 1 / reflectanceScaleOf(frame)),
      level,
      ...(days && { day: days[t]! }),
    })),
  });
  survey.add({ row: 0, column: 0, frames });
  return detectInTime(frames, survey.finish());
}
