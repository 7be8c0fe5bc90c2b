/**
 * Blending of overlapping tiles by raised-cosine weights.
 *
 * @module
 */

import type { Size, TileOrigin } from "./tiles.ts";

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

/** A scene that tiles are added to. */
export interface Blend {
  /** Adds the tile [tileSize, tileSize, bands]; what hangs over the scene is dropped. */
  add(tile: Float32Array, origin: TileOrigin): void;
  /** The weighted mean of all tiles, [height, width, bands]; NaN where there was no tile. */
  image(): Float32Array;
}

/** Starts a blend of tiles. */
export function createBlend(
  scene: Size,
  { bands, tileSize, ramp }: {
    readonly bands: number;
    readonly tileSize: number;
    readonly ramp: number;
  },
): Blend {
  const { width, height } = scene;
  const sums = new Float32Array(width * height * bands);
  const weights = new Float32Array(width * height);
  const side = blendWeights(tileSize, ramp);
  return {
    add(tile, { column, row }) {
      const columns = Math.min(tileSize, width - column);
      const rows = Math.min(tileSize, height - row);
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          const weight = side[y]! * side[x]!;
          const pixel = (row + y) * width + column + x;
          const from = (y * tileSize + x) * bands;
          weights[pixel]! += weight;
          for (let b = 0; b < bands; b++) sums[pixel * bands + b]! += weight * tile[from + b]!;
        }
      }
    },
    image: () => sums.map((sum, i) => sum / weights[Math.floor(i / bands)]!),
  };
}
