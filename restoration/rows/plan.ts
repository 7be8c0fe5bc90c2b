/**
 * Plans the tiles for a part of a scene, and how far ahead they must run.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import {
  checkTileGrid,
  checkWindow,
  type Size,
  type TileGridOptions,
  tileStarts,
} from "./tiles.ts";

/** Indices along one axis: the first and one past the last. */
export type Span = readonly [number, number];

/** Tiles for a part of a scene, on the grid of the whole scene. */
export interface TilePlan extends TileGridOptions {
  readonly scene: Size;
  /** Part of the scene to restore. */
  readonly area: RasterWindow;
  /** First pixels of all rows and columns of tiles. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Tiles that touch the area. */
  readonly target: { readonly rows: Span; readonly columns: Span };
  /** Target tiles and the tiles around them that they depend on. */
  readonly all: { readonly rows: Span; readonly columns: Span };
  /** Denoiser evaluations blended between neighbours; 0 blends the results only. */
  readonly shared: number;
}

/** Span of the tiles that overlap a tile. */
export function overlapping(starts: readonly number[], index: number, tileSize: number): Span {
  const start = starts[index]!;
  return [
    starts.findIndex((other) => other + tileSize > start),
    starts.findLastIndex((other) => other < start + tileSize) + 1,
  ];
}

function touching(
  starts: readonly number[],
  { first, size, tileSize }: {
    readonly first: number;
    readonly size: number;
    readonly tileSize: number;
  },
): Span {
  return [
    starts.findIndex((start) => start + tileSize > first),
    starts.findLastIndex((start) => start < first + size) + 1,
  ];
}

/** Grows a span by `rings` rings of overlapping tiles. */
function widened(span: Span, starts: readonly number[], rings: number, tileSize: number): Span {
  let [first, last] = span;
  for (let ring = 0; ring < rings; ring++) {
    [first] = overlapping(starts, first, tileSize);
    [, last] = overlapping(starts, last - 1, tileSize);
  }
  return [first, last];
}

/**
 * Plans the tiles of a part of a scene.
 *
 * @param shared Denoiser evaluations blended between neighbours. The last one depends on the neighbours,
 *   each one before on theirs: a halo of shared − 1 rings.
 * @throws {RangeError} If the overlap is not in [0.25, 0.75], or the area is not inside the scene.
 */
export function planTiles(
  scene: Size,
  { area, shared, ...grid }: TileGridOptions & {
    readonly area: RasterWindow;
    readonly shared: number;
  },
): TilePlan {
  checkTileGrid(scene, grid);
  checkWindow(scene, area);
  const { column, row, width, height } = area;
  const { tileSize } = grid;
  const rows = tileStarts(scene.height, grid);
  const columns = tileStarts(scene.width, grid);
  const target = {
    rows: touching(rows, { first: row, size: height, tileSize }),
    columns: touching(columns, { first: column, size: width, tileSize }),
  };
  const rings = Math.max(0, shared - 1);
  return {
    ...grid,
    scene,
    area,
    rows,
    columns,
    target,
    all: {
      rows: widened(target.rows, rows, rings, tileSize),
      columns: widened(target.columns, columns, rings, tileSize),
    },
    shared,
  };
}

/** Last row of tiles that must have started before row `index` can finish; `index` if none is shared. */
export function rowAhead({ rows, all, shared, tileSize }: TilePlan, index: number): number {
  const [, last] = widened([index, index + 1], rows, shared, tileSize);
  return Math.min(last, all.rows[1]) - 1;
}
