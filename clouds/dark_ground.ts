/**
 * Ground that is darker in the infrared than the lit ground around it: candidates for shadow.
 *
 * @module
 */

import { countFlags, fillHoles, type Plane, withoutSpecks } from "./flags.ts";
import { MARK, type PixelTests } from "./pixel_tests.ts";
import { windowMeans } from "./window_sums.ts";

/** Ground below this share of the mean may itself be shadow; a second mean excludes it. */
const LIT = 0.8;
/** Limit of dark ground: the sum of near and short-wave infrared, each relative to its mean. */
const DARK = 1.5;
/** Largest share of a window around a dark pixel that is not dark. */
const SPECK = 0.25;

/** Radii in pixels. The flag of a pixel depends on pixels within 2·around + 2·spot + close. */
export interface ShadowRadii {
  /** Window of the ground for comparison. */
  readonly around: number;
  /** Smaller spots are shadows of houses and trees. */
  readonly spot: number;
  /** Holes up to this size are closed. */
  readonly close: number;
}

/**
 * Flags ground, except water, that is darker than the ground around it.
 *
 * @param bright Haze number from which pixels are excluded from the comparison.
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
    // Without ground in the window, the means are 0 and no pixel is dark.
    dark[i] = near[i]! / nearMeans[i]! + short[i]! / shortMeans[i]! < DARK ? 1 : 0;
  }
  const spots = withoutSpecks(dark, marks, { ...plane, radius: radii.spot, share: SPECK });
  const counts = countFlags(spots, plane, radii.spot);
  for (let i = 0; i < count; i++) if (counts[i] === 0) dark[i] = 0;
  fillHoles(dark, plane, radii.close);
  return dark;
}
