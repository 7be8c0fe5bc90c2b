/**
 * Which pixels are darker in the infrared than the lit ground around them.
 *
 * @module
 */

import { countFlags, fillHoles, type Plane, withoutSpecks } from "./flags.ts";
import { MARK, type PixelTests } from "./pixel_tests.ts";
import { windowMeans } from "./window_sums.ts";

/** Ground under that share of the mean around may be shadow itself: a second mean leaves it out. */
const LIT = 0.8;
/** Near and short-wave infrared relative to their means, added: ground below is dark. */
const DARK = 1.5;
/** At most that share of the window of a dark spot is not dark. */
const SPECK = 0.25;

/** Radii in pixels. A pixel's flag depends on pixels within 2·around + 2·spot + close. */
export interface ShadowRadii {
  /** Window of the ground to compare with. */
  readonly around: number;
  /** Smaller spots are no shadows of clouds but of houses and trees. */
  readonly spot: number;
  readonly close: number;
}

/**
 * Finds the ground that is darker than the ground around it and no water.
 *
 * @param bright From that haze number on it is not compared with.
 * @returns Flags, [height, width].
 */
export function findDark(
  { marks, haze, near, short }: PixelTests,
  { bright, radii, ...plane }: Plane & { readonly bright: number; readonly radii: ShadowRadii },
): Uint8Array {
  const count = marks.length;
  const shape = { ...plane, radius: radii.around, least: 1 };
  const lit = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    if (haze[i]! < bright && (marks[i]! & (MARK.water | MARK.empty)) === 0) lit[i] = near[i]!;
  }
  const nearMeans = windowMeans(lit, shape);
  for (let i = 0; i < count; i++) if (lit[i]! < LIT * nearMeans[i]!) lit[i] = 0;
  windowMeans(lit, shape, nearMeans);
  for (let i = 0; i < count; i++) if (lit[i]! > 0) lit[i] = short[i]!;
  const shortMeans = windowMeans(lit, shape);
  const dark = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    if ((marks[i]! & (MARK.water | MARK.empty)) !== 0 || near[i] === 0 || short[i] === 0) continue;
    // Without ground around, the means are 0, and nothing is dark.
    dark[i] = near[i]! / nearMeans[i]! + short[i]! / shortMeans[i]! < DARK ? 1 : 0;
  }
  const spots = withoutSpecks(dark, marks, { ...plane, radius: radii.spot, share: SPECK });
  const counts = countFlags(spots, plane, radii.spot);
  for (let i = 0; i < count; i++) if (counts[i] === 0) dark[i] = 0;
  fillHoles(dark, plane, radii.close);
  return dark;
}
