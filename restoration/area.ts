/**
 * Part of a scene to restore: a window, a bounding box, a shard of the rows.
 *
 * @module
 */

import { crsName, type RasterHeader, type RasterWindow, transformBox } from "../rasters/mod.ts";
import { checkWindow } from "./rows/tiles.ts";

/** Part `index` (from 1) of `count` parts of a whole. */
export interface Shard {
  /** Number of the shard, from 1. */
  readonly index: number;
  /** Number of shards. */
  readonly count: number;
}

/** Part of a scene to restore; at most one of `window` and `bbox`. */
export interface AreaOptions {
  /** Window in pixels of the reference. */
  readonly window?: RasterWindow;
  /** Minimum x, minimum y, maximum x, maximum y; see `bboxCrs`. */
  readonly bbox?: readonly [number, number, number, number];
  /** CRS of `bbox`: an EPSG code such as EPSG:4326, or a PROJ string. Default the reference's. */
  readonly bboxCrs?: string;
  /** One of several shards of the rows. */
  readonly shard?: Shard;
}

/** @throws {RangeError} If there is no such shard. */
export function checkShard({ index, count }: Shard): void {
  if (!(Number.isInteger(index) && Number.isInteger(count) && index >= 1 && index <= count)) {
    throw new RangeError(
      `Cannot take shard ${index}/${count}: it must be i/n with 1 ≤ i ≤ n, as 2/4`,
    );
  }
}

/** Window of all pixels that a bounding box touches, clipped to the raster. */
function boxWindow(
  { width, height, transform }: RasterHeader,
  [minX, minY, maxX, maxY]: readonly [number, number, number, number],
): RasterWindow {
  if (transform === undefined) {
    throw new RangeError(
      "Cannot restore a bbox: the reference must be georeferenced, got no transform; use a window",
    );
  }
  const [a, b, c, d, e, f] = transform;
  const determinant = b * f - c * e;
  const corners = [[minX, minY], [minX, maxY], [maxX, minY], [maxX, maxY]].map(([x, y]) => ({
    column: ((x! - a) * f - (y! - d) * c) / determinant,
    row: ((y! - d) * b - (x! - a) * e) / determinant,
  }));
  // Tolerance: a box that ends on a pixel border doesn't touch the next pixel.
  const near = 1e-6;
  const span = (values: readonly number[], size: number) => {
    const first = Math.max(0, Math.floor(Math.min(...values) + near));
    const last = Math.min(size, Math.ceil(Math.max(...values) - near));
    return [first, last - first] as const;
  };
  const [column, columns] = span(corners.map((corner) => corner.column), width);
  const [row, rows] = span(corners.map((corner) => corner.row), height);
  if (!(columns > 0 && rows > 0)) {
    const xs = [a, a + b * width, a + c * height, a + b * width + c * height];
    const ys = [d, d + e * width, d + f * height, d + e * width + f * height];
    throw new RangeError(
      `Cannot restore the bbox ${minX},${minY},${maxX},${maxY}: it must touch the scene, which is ` +
        `${Math.min(...xs)},${Math.min(...ys)},${Math.max(...xs)},${Math.max(...ys)} in its CRS`,
    );
  }
  return { column, row, width: columns, height: rows };
}

/** The box in the CRS of the raster. @throws {RangeError} If one of the CRSs is unknown. */
function ownBox(
  { crs }: RasterHeader,
  box: NonNullable<AreaOptions["bbox"]>,
  from: string | undefined,
): NonNullable<AreaOptions["bbox"]> {
  if (from === undefined) return box;
  if (crs?.epsg === undefined) {
    throw new RangeError(
      `Cannot restore a bbox in ${from}: the CRS of the scene must have an EPSG code, got ${
        crsName(crs)
      }; give the bbox in the scene's CRS, or a window`,
    );
  }
  const to = `EPSG:${crs.epsg}`;
  return from.toUpperCase() === to ? box : transformBox(box, { from, to });
}

/**
 * Window of the part to restore.
 *
 * @throws {RangeError} If the window isn't inside the scene, the box doesn't touch it, or the shard has
 *   no row.
 */
export function areaOf(
  grid: RasterHeader,
  { window, bbox: given, bboxCrs, shard }: AreaOptions,
): RasterWindow {
  const bbox = given && ownBox(grid, given, bboxCrs);
  if (window !== undefined && bbox !== undefined) {
    throw new RangeError("Cannot restore a window and a bbox: give only one of the two");
  }
  const whole = { column: 0, row: 0, width: grid.width, height: grid.height };
  if (window !== undefined) checkWindow(grid, window);
  const area = window ?? (bbox === undefined ? whole : boxWindow(grid, bbox));
  if (shard === undefined) return area;
  checkShard(shard);
  const { index, count } = shard;
  const cut = (i: number) => area.row + Math.floor(area.height * i / count);
  const [row, end] = [cut(index - 1), cut(index)];
  if (end <= row) {
    throw new RangeError(
      `Cannot take shard ${index}/${count}: there must be a row for each, got ${area.height} rows`,
    );
  }
  return { ...area, row, height: end - row };
}
