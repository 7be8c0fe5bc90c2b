/**
 * Synthetic clouds that are like a scene's own.
 *
 * @module
 */

import { type CloudShape, cloudShape } from "../data/mod.ts";
import { type CheckWindow, countOf } from "./check_windows.ts";

/** Cover of the synthetic clouds. */
const COVER = { least: 0.2, most: 0.5, usual: 0.3 } as const;
/** Shares of cloud in a mask that has a shape worth copying. */
const SHAPED = { least: 0.02, most: 0.9 } as const;
/** Classes of the detector. */
const [THICK, THIN] = [1, 2];

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
 * What a scene's own clouds are like, in the parts that were looked at.
 *
 * @param looks Whether the detector found them, whose classes tell thick clouds from thin ones.
 */
export function cloudsLike(looked: readonly CheckWindow[], looks: boolean): CloudLikeness {
  const pixels = looked.reduce((sum, one) => sum + one.pixels, 0);
  const clouded = looked.reduce((sum, { classes }) => sum + countOf(classes), 0);
  const shapes = looked.flatMap(({ window: { width, height }, classes }): CloudShape[] => {
    const share = countOf(classes) / classes.length;
    if (share < SHAPED.least || share > SHAPED.most || Math.min(width, height) < 16) return [];
    const data = classes.map((value) => value === 0 ? 0 : 1);
    return [cloudShape({ width, height, bands: ["mask"], dtype: "uint8", data }, [1])];
  });
  const of = (wanted: number) =>
    looked.reduce((sum, { classes }) => sum + classes.filter((one) => one === wanted).length, 0);
  const [thick, thin] = [of(THICK!), of(THIN!)];
  // Rasters of classes do not say how thick a cloud is.
  const density = looks && thick + thin > 0 ? 0.35 + 0.55 * thick / (thick + thin) : 0.8;
  const share = pixels === 0 ? 0 : clouded / pixels;
  const cover = share === 0 ? COVER.usual : Math.min(Math.max(share, COVER.least), COVER.most);
  return { cover, clouded: share, shapes, density };
}
