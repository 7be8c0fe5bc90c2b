/**
 * Which tiles of a scene are needed for a part of it, and how far ahead they must run.
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

/** Tiles of a scene. The grid is the scene's own, whatever part of it is wanted. */
export interface TilePlan extends TileGridOptions {
  readonly scene: Size;
  /** The part that is wanted. */
  readonly area: RasterWindow;
  /** First pixels of all rows and columns of tiles. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Tiles that touch the area. */
  readonly target: { readonly rows: Span; readonly columns: Span };
  /** Those, and the tiles around them that they depend on. */
  readonly all: { readonly rows: Span; readonly columns: Span };
  /** Denoiser evaluations that are blended with those of the neighbours; 0: only results are. */
  readonly shared: number;
}

/** Tiles that overlap one. */
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

/** The span with `rings` rings of overlapping tiles around it. */
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
 * @param shared How many denoiser evaluations are blended with those of neighbouring tiles. The last
 *   one asks for its neighbours, each one before for theirs: a halo of shared − 1 rings.
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

/** The last row of tiles that must have begun before row `index` can end; itself if none is shared. */
export function rowAhead({ rows, all, shared, tileSize }: TilePlan, index: number): number {
  const [, last] = widened([index, index + 1], rows, shared, tileSize);
  return Math.min(last, all.rows[1]) - 1;
}
