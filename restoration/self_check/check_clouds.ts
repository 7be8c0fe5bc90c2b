/**
 * Properties of synthetic clouds that resemble those of a scene.
 *
 * @module
 */

import { type CloudShape, cloudShape } from "../../synthetic/mod.ts";
import { type CheckWindow, countOf } from "./check_windows.ts";

/** Cover of the synthetic clouds. */
const COVER = { least: 0.2, most: 0.5, usual: 0.3 } as const;
/** Cloud shares of masks whose shapes are copied. */
const SHAPED = { least: 0.02, most: 0.9 } as const;
/** Density for a scene without clouds. */
const USUAL_DENSITY = 0.8;
/** Blue reflectance of opaque cloud. */
const CLOUD_BLUE = 0.62;
/**
 * Mean brightness of synthetic clouds between the ground (0) and opaque cloud (1), by their density;
 * measured over a real image.
 */
const BRIGHTNESS: readonly (readonly [brightness: number, density: number])[] = [
  [0.3, 0.1],
  [0.35, 0.2],
  [0.43, 0.3],
  [0.56, 0.45],
  [0.68, 0.6],
  [0.78, 0.8],
  [0.85, 1],
];

/** Properties of synthetic clouds. */
export interface CloudLikeness {
  /** Clouded share of a part: that of the scene, within bounds. */
  readonly cover: number;
  /** Cloud cover of the scene. */
  readonly clouded: number;
  /** Shapes of its clouds; empty if it has too few. */
  readonly shapes: readonly CloudShape[];
  readonly density: number;
}

/**
 * Density at which synthetic clouds are as bright as those of the scene, relative to ground and opaque
 * cloud.
 */
function densityOf(looked: readonly CheckWindow[]): number {
  const known = looked.filter(({ light }) => !Number.isNaN(light.clear + light.clouded))
    .map(({ light: { clear, clouded }, classes }) => ({
      pixels: countOf(classes),
      brightness: (clouded - clear) / Math.max(CLOUD_BLUE - clear, 0.1),
    }));
  const pixels = known.reduce((sum, one) => sum + one.pixels, 0);
  if (pixels === 0) return USUAL_DENSITY;
  const brightness = known.reduce((sum, one) => sum + one.brightness * one.pixels, 0) / pixels;
  const above = BRIGHTNESS.findIndex(([one]) => one >= brightness);
  if (above <= 0) return BRIGHTNESS.at(above)![1];
  const [[from, low], [to, high]] = [BRIGHTNESS[above - 1]!, BRIGHTNESS[above]!];
  return low + (high - low) * (brightness - from) / (to - from);
}

/** Properties of a scene's clouds, from the examined parts. */
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
