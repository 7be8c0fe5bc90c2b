/**
 * Synthetic clouds that are like a scene's own.
 *
 * @module
 */

import { type CloudShape, cloudShape } from "../../synthetic/mod.ts";
import { type CheckWindow, countOf } from "./check_windows.ts";

/** Cover of the synthetic clouds. */
const COVER = { least: 0.2, most: 0.5, usual: 0.3 } as const;
/** Shares of cloud in a mask that has a shape worth copying. */
const SHAPED = { least: 0.02, most: 0.9 } as const;
/** How thick clouds are where there are none to look at. */
const USUAL_DENSITY = 0.8;
/** Blue reflectance of a cloud that hides the ground. */
const CLOUD_BLUE = 0.62;
/**
 * How far synthetic clouds are from the ground to such a cloud on average, by their density: as measured
 * over a real image.
 */
const BRIGHTNESS: readonly (readonly [way: number, density: number])[] = [
  [0.3, 0.1],
  [0.35, 0.2],
  [0.43, 0.3],
  [0.56, 0.45],
  [0.68, 0.6],
  [0.78, 0.8],
  [0.85, 1],
];

/** How synthetic clouds are to be. */
export interface CloudLikeness {
  /** Share of a part that is clouded: the scene's own, within bounds. */
  readonly cover: number;
  /** The scene's own cover. */
  readonly clouded: number;
  /** Of its clouds; none where it has hardly any. */
  readonly shapes: readonly CloudShape[];
  readonly density: number;
}

/**
 * How dense synthetic clouds must be that are as bright as the scene's own, by how much of the way from
 * the ground to a thick cloud these are on average.
 */
function densityOf(looked: readonly CheckWindow[]): number {
  const known = looked.filter(({ light }) => !Number.isNaN(light.clear + light.clouded))
    .map(({ light: { clear, clouded }, classes }) => ({
      pixels: countOf(classes),
      way: (clouded - clear) / Math.max(CLOUD_BLUE - clear, 0.1),
    }));
  const pixels = known.reduce((sum, one) => sum + one.pixels, 0);
  if (pixels === 0) return USUAL_DENSITY;
  const way = known.reduce((sum, one) => sum + one.way * one.pixels, 0) / pixels;
  const above = BRIGHTNESS.findIndex(([one]) => one >= way);
  if (above <= 0) return BRIGHTNESS.at(above)![1];
  const [[from, low], [to, high]] = [BRIGHTNESS[above - 1]!, BRIGHTNESS[above]!];
  return low + (high - low) * (way - from) / (to - from);
}

/** What a scene's own clouds are like, in the parts that were looked at. */
export function cloudsLike(looked: readonly CheckWindow[]): CloudLikeness {
  const pixels = looked.reduce((sum, one) => sum + one.pixels, 0);
  const clouded = looked.reduce((sum, { classes }) => sum + countOf(classes), 0);
  const shapes = looked.flatMap(({ window: { width, height }, classes }): CloudShape[] => {
    const share = countOf(classes) / classes.length;
    if (share < SHAPED.least || share > SHAPED.most || Math.min(width, height) < 16) return [];
    const data = classes.map((value) => value === 0 ? 0 : 1);
    return [cloudShape({ width, height, bands: ["mask"], dtype: "uint8", data }, [1])];
  });
  const share = pixels === 0 ? 0 : clouded / pixels;
  const cover = share === 0 ? COVER.usual : Math.min(Math.max(share, COVER.least), COVER.most);
  return { cover, clouded: share, shapes, density: densityOf(looked) };
}
