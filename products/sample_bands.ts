/**
 * Samples of the values of a scene.
 *
 * @module
 */

import type { RasterWindow } from "../rasters/mod.ts";
import type { SceneFile } from "./scene.ts";

/** Side of a sampled window in pixels. */
const SIDE = 128;
/** Scenes of up to this many pixels are sampled as a whole: their windows share the same blocks. */
const SMALL_SCENE = 512 * 512;
/** Positions of the sampled windows as fractions of the scene: the centre, then outwards. */
const POSITIONS: readonly (readonly [number, number])[] = [
  ...[[0.5, 0.5], [0.2, 0.2], [0.8, 0.8], [0.8, 0.2], [0.2, 0.8]] as const,
  ...[[0.5, 0.1], [0.1, 0.5], [0.9, 0.5], [0.5, 0.9]] as const,
];
/** Number of windows with data to sample. */
const WINDOWS = 5;

/** Valid values of each band in a few small windows, sorted. */
export async function sampleBands(file: SceneFile): Promise<readonly Float64Array[]> {
  const { header } = file;
  const count = header.bands.length;
  const values: Float64Array[] = header.bands.map(() => new Float64Array());
  const nodata = header.nodata ?? 0;
  const side = header.width * header.height <= SMALL_SCENE ? Infinity : SIDE;
  const seen = new Set<string>();
  let filled = 0;
  for (const [x, y] of POSITIONS) {
    if (filled === WINDOWS) break;
    const [width, height] = [Math.min(side, header.width), Math.min(side, header.height)];
    const window: RasterWindow = {
      column: Math.round((header.width - width) * x),
      row: Math.round((header.height - height) * y),
      width,
      height,
    };
    const key = `${window.column},${window.row}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const { data } = await file.read({ window });
    let found = false;
    for (let b = 0; b < count; b++) {
      const known = values[b]!;
      const all = new Float64Array(known.length + data.length / count);
      all.set(known);
      let length = known.length;
      for (let i = b; i < data.length; i += count) {
        const value = data[i]!;
        if (value !== nodata && value !== 0 && !Number.isNaN(value)) all[length++] = value;
      }
      if (length > known.length) found = true;
      values[b] = all.subarray(0, length);
    }
    if (found) filled++;
  }
  return values.map((band) => band.slice().sort());
}

/**
 * The value at the rank rounded down; `quantile()` rounds to the nearest, which would change
 * results.
 */
export function percentile(sorted: Float64Array, fraction: number): number {
  return sorted[Math.floor((sorted.length - 1) * fraction)]!;
}
