/**
 * Runs the baselines that the dates of a place allow.
 *
 * @module
 */

import { normalizeBand, type Raster } from "../../core/mod.ts";
import { detectDates } from "../../clouds/mod.ts";
import type { Baseline } from "./baseline.ts";
import { copyInput } from "./fuse_frames.ts";
import { BASELINES } from "./list.ts";

/** Options of {@linkcode baselines}. */
export interface BaselineOptions {
  /** Index of the date to restore. Default the last. */
  readonly reference?: number;
  /**
   * Mask of each date [height, width]: not 0 under cloud or shadow. Where there is none, it comes from
   * the built-in detector, which compares the dates, if the dates have its bands; else the baselines that need masks are left out.
   */
  readonly masks?: readonly (Uint8Array | undefined)[];
  /** Day of each date, as `2018-03-07`; undefined where it is unknown. */
  readonly dates?: readonly (string | undefined)[];
  /** Baselines to run. Default {@linkcode BASELINES}. */
  readonly list?: readonly Baseline[];
}

/** Results by name of the baseline, in the order of the list. */
export type BaselineResults = Readonly<Record<string, Raster>>;

const MS_PER_DAY = 86_400_000;

/** Bands of the cloud rule and of the detector. */
const VISIBLE = ["B02", "B03", "B04"];

function isVisible({ bands }: Raster): boolean {
  const names = bands.map(normalizeBand);
  return VISIBLE.every((band) => names.includes(band));
}

/**
 * Computes every baseline of a series that its number of dates, masks, days and bands allow.
 *
 * @param frames Rasters of one grid with the same bands.
 * @throws {RangeError} If there are no frames, the reference is none of them, or a date is no day.
 * @throws {TypeError} If frames or masks differ in size.
 */
export async function baselines(
  frames: readonly Raster[],
  { reference = frames.length - 1, masks: given, dates = [], list = BASELINES }: BaselineOptions =
    {},
): Promise<BaselineResults> {
  copyInput(frames, { reference });
  const visible = frames.every(isVisible);
  const known = dates.filter((date) => date !== undefined);
  const days = known.length === frames.length ? known : undefined;
  const lacking = frames.some((_, l) => given?.[l] === undefined);
  const detected = lacking && visible
    ? detectDates(frames, days && { days: days.map((day) => Date.parse(day) / MS_PER_DAY) })
    : undefined;
  const all = frames.map((_, l) => given?.[l] ?? detected?.[l]);
  const masks = all.every((mask) => mask !== undefined) ? all : undefined;
  const results: Record<string, Raster> = {};
  for (const { name, needs, restore } of list) {
    const allowed = frames.length >= (needs.dates ?? 2) && (!needs.masks || masks !== undefined) &&
      (!needs.days || days !== undefined) && (!needs.visible || visible);
    if (!allowed) continue;
    results[name] = await restore({ frames, reference, masks: masks ?? [], days: days ?? [] });
  }
  return results;
}
