/**
 * Blending of overlapping tiles by raised-cosine weights, in a strip that moves down a scene.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import type { TileOrigin } from "./tiles.ts";

/**
 * Weights along one side of a tile: sin² ramps over the overlap, 1 between them. The ramps of two
 * tiles that overlap by exactly `ramp` pixels sum to 1.
 *
 * @param tileSize Side of the tile in pixels.
 * @param ramp Length of the ramps in pixels, cut to half a tile.
 */
export function blendWeights(tileSize: number, ramp: number): Float32Array {
  const length = Math.min(ramp, tileSize / 2);
  return Float32Array.from({ length: tileSize }, (_, i) => {
    const edge = Math.min(i, tileSize - 1 - i) + 0.5;
    return edge >= length ? 1 : Math.sin(Math.PI / 2 * edge / length) ** 2;
  });
}

/** A strip of a scene that blends the tiles added to it. */
export interface StripBlend {
  /**
   * Adds a tile [tileSize, tileSize, bands], cropped to the columns of the strip.
   *
   * Its rows must lie within tileSize rows below those taken.
   */
  add(tile: Float32Array, origin: TileOrigin): void;
  /**
   * Takes the rows above `end`, which no later tile may touch: weighted means [rows, columns, bands],
   * NaN where no tile is. Valid until the next call.
   */
  take(end: number): Float32Array;
  /**
   * Disagreement of overlapping tiles: root mean square distance of their band means from the blend,
   * over the rows taken; 0 if no tiles overlap.
   */
  disagreement(): number;
}

/** Starts a strip at the top of an area. */
export function createStripBlend(
  { column: left, row: top, width }: Omit<RasterWindow, "height">,
  { bands, tileSize, ramp }: {
    readonly bands: number;
    readonly tileSize: number;
    readonly ramp: number;
  },
): StripBlend {
  const sums = new Float32Array(tileSize * width * bands);
  const weights = new Float64Array(tileSize * width);
  const taken = new Float32Array(tileSize * width * bands);
  // Σ w·g and Σ w·g² of the means g over the bands, and how many tiles cover a pixel.
  const greys = new Float64Array(tileSize * width);
  const squares = new Float64Array(tileSize * width);
  const covers = new Uint8Array(tileSize * width);
  let [deviations, overlaps] = [0, 0];
  const side = blendWeights(tileSize, ramp);
  let base = top;
  return {
    add(tile, { column, row }) {
      const first = Math.max(0, left - column);
      const last = Math.min(tileSize, left + width - column);
      for (let y = Math.max(0, base - row); y < tileSize; y++) {
        for (let x = first; x < last; x++) {
          const weight = side[y]! * side[x]!;
          const pixel = (row + y - base) * width + column + x - left;
          const from = (y * tileSize + x) * bands;
          weights[pixel]! += weight;
          covers[pixel]!++;
          let sum = 0;
          for (let b = 0; b < bands; b++) {
            sums[pixel * bands + b]! += weight * tile[from + b]!;
            sum += tile[from + b]!;
          }
          greys[pixel]! += weight * sum / bands;
          squares[pixel]! += weight * (sum / bands) ** 2;
        }
      }
    },
    take(end) {
      const pixels = (end - base) * width;
      for (let pixel = 0; pixel < pixels; pixel++) {
        const weight = weights[pixel]!;
        for (let b = 0; b < bands; b++) {
          taken[pixel * bands + b] = sums[pixel * bands + b]! / weight;
        }
        if (covers[pixel]! < 2) continue;
        deviations += Math.max(0, squares[pixel]! / weight - (greys[pixel]! / weight) ** 2);
        overlaps++;
      }
      sums.copyWithin(0, pixels * bands);
      sums.fill(0, sums.length - pixels * bands);
      for (const each of [weights, greys, squares, covers]) {
        each.copyWithin(0, pixels);
        each.fill(0, each.length - pixels);
      }
      base = end;
      return taken.subarray(0, pixels * bands);
    },
    disagreement: () => overlaps === 0 ? 0 : Math.sqrt(deviations / overlaps),
  };
}
