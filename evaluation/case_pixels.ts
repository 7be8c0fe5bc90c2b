/**
 * Pixels of a case that count, split into cloudy and clear ones.
 *
 * @module
 */

import { normalizeBand, type Raster } from "../core/mod.ts";
import { detectClouds, detectDates } from "../clouds/mod.ts";
import { type EvaluationCase, referenceOf } from "./evaluation_case.ts";
import type { MaskKind, PixelGroup } from "./evaluation_row.ts";

const VISIBLE = ["B02", "B03", "B04"];

/** Tests if an image has the bands that the cloud detector needs. */
export function isVisible({ bands }: Raster): boolean {
  const names = bands.map(normalizeBand);
  return VISIBLE.every((band) => names.includes(band));
}

/**
 * Masks by the built-in detector of each date alone, which divide the pixels: however many dates a case
 * has, its groups are the same. Undefined if bands for the detector are missing.
 */
function detectedMasks({ cloudy = [] }: EvaluationCase): readonly Uint8Array[] | undefined {
  if (cloudy.length === 0 || !cloudy.every(isVisible)) return undefined;
  return cloudy.map((frame) => detectClouds(frame));
}

const MS_PER_DAY = 86_400_000;

/**
 * Masks that methods get from the built-in detector, which compares the dates as `restore` does;
 * undefined if bands for it are missing.
 */
export function foundMasks(
  { cloudy = [], dates = [] }: Pick<EvaluationCase, "cloudy" | "dates">,
): readonly Uint8Array[] | undefined {
  if (cloudy.length === 0 || !cloudy.every(isVisible)) return undefined;
  const days = cloudy.map((_, l) => Date.parse(`${dates[l]}T00:00:00Z`) / MS_PER_DAY);
  return detectDates(cloudy, days.every(Number.isFinite) ? { days } : {});
}

/** Masks of the dates with their source; missing ones come from the detector. */
export function masksOf(
  given: EvaluationCase,
): { readonly masks?: readonly Uint8Array[]; readonly mask: MaskKind } {
  const { target, cloudy = [], masks, maskSource = "given" } = given;
  if (masks !== undefined) {
    const pixels = target.width * target.height;
    const dates = Math.max(cloudy.length, 1);
    const all = masks.map((mask, l) => {
      const frame = cloudy[l];
      return mask ?? (frame !== undefined && isVisible(frame) ? detectClouds(frame) : []);
    });
    if (all.length !== dates || all.some(({ length }) => length !== pixels)) {
      throw new TypeError(
        `Cannot score ${given.name}: there must be a mask of ${pixels} pixels for each of ` +
          `${dates} dates, got ${all.map(({ length }) => length).join(", ") || "none"}`,
      );
    }
    return { masks: all as readonly Uint8Array[], mask: maskSource };
  }
  const detected = detectedMasks(given);
  return detected === undefined ? { mask: "none" } : { masks: detected, mask: "detected" };
}

/** 1 where a band of an image has data and none is NaN; undefined if all pixels count. */
function validPixels({ data, bands, nodata, valid }: Raster): Uint8Array | undefined {
  const mask = new Uint8Array(data.length / bands.length);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== nodata) mask[Math.floor(i / bands.length)] = 1;
  }
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i])) mask[Math.floor(i / bands.length)] = 0;
  }
  valid?.forEach((isValid, i) => {
    if (isValid === 0) mask[i] = 0;
  });
  return mask.includes(0) ? mask : undefined;
}

/** Masks of the pixels that count. */
export interface PixelGroups {
  /**
   * By group; `cloudy` and `clear` only if the clouds are known, `seen` and `unseen` only if there are
   * other dates.
   */
  readonly groups: Readonly<Partial<Record<PixelGroup, Uint8Array | undefined>>>;
  /** Fraction of the pixels that count under cloud or shadow; null if unknown. */
  readonly cover: number | null;
}

/** 1 where a date other than the reference is clear and has data. */
function seenElsewhere(
  { cloudy = [], ...given }: EvaluationCase,
  masks: readonly Uint8Array[],
): Uint8Array {
  const reference = referenceOf({ cloudy, ...given });
  const others = [...masks.keys()].filter((l) => l !== reference);
  const data = others.map((l) => cloudy[l] && validPixels(cloudy[l]));
  return masks[reference]!.map((_, i) =>
    others.some((l, j) => masks[l]![i] === 0 && data[j]?.[i] !== 0) ? 1 : 0
  );
}

/** Splits the pixels of a case into all, cloudy (seen on another date or not) and clear ones. */
export function pixelGroups(
  given: EvaluationCase,
  masks: readonly Uint8Array[] | undefined,
): PixelGroups {
  const valid = validPixels(given.target);
  const hidden = masks?.[referenceOf(given)];
  if (hidden === undefined) return { groups: { all: valid }, cover: null };
  const cloudy = new Uint8Array(hidden.length);
  const clear = new Uint8Array(hidden.length);
  let [under, open] = [0, 0];
  for (let i = 0; i < hidden.length; i++) {
    if (valid?.[i] === 0) continue;
    if (hidden[i] !== 0) under += cloudy[i] = 1;
    else open += clear[i] = 1;
  }
  const total = under + open;
  const cover = total === 0 ? null : under / total;
  if (masks!.length < 2) return { groups: { all: valid, cloudy, clear }, cover };
  const elsewhere = seenElsewhere(given, masks!);
  const seen = cloudy.map((one, i) => one & elsewhere[i]!);
  const unseen = cloudy.map((one, i) => one & (1 - elsewhere[i]!));
  return { groups: { all: valid, cloudy, seen, unseen, clear }, cover };
}
