/**
 * Masks that the built-in detector finds on the frames of a sample.
 *
 * @module
 */

import { normalizeBand, type Raster, type Rng } from "../core/mod.ts";
import { detectDates } from "../clouds/mod.ts";

const MS_PER_DAY = 86_400_000;

/** Tests if frames have the bands that the detector needs. */
export function isDetectable(bands: readonly string[]): boolean {
  const names = bands.map(normalizeBand);
  return ["B02", "B03", "B04"].every((band) => names.includes(band));
}

/**
 * Finds the clouds of the frames, 1 where they hide the ground. As scenes have any number of dates, it is
 * drawn how many frames are compared with each other: groups of that many, the reference in the first.
 */
export function foundMasksOf(
  frames: readonly Raster[],
  { reference, dates, rng }: {
    readonly reference: number;
    /** Days of the frames, as `2018-03-07`. Default unknown. */
    readonly dates?: readonly string[] | undefined;
    readonly rng: Rng;
  },
): readonly Uint8Array[] {
  const others = [...frames.keys()].filter((l) => l !== reference);
  const order = [reference, ...others];
  const together = 1 + rng.integer(frames.length);
  const masks: Uint8Array[] = [];
  for (let first = 0; first < order.length; first += together) {
    const group = order.slice(first, first + together);
    const days = dates && group.map((l) => Date.parse(`${dates[l]}T00:00:00Z`) / MS_PER_DAY);
    const found = detectDates(group.map((l) => frames[l]!), days ? { days } : {});
    group.forEach((l, k) => masks[l] = found[k]!.map((kind) => kind === 0 ? 0 : 1));
  }
  return masks;
}
