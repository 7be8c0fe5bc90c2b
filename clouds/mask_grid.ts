/**
 * The grid of a mask relative to that of its scene: the mapping of pixels, and the check that the
 * mask covers the scene.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import {
  crsName,
  overlaps,
  pixelOf,
  type RasterHeader,
  type RasterWindow,
  sameCrs,
  warpCommand,
} from "../rasters/mod.ts";

/** Value with which gdalwarp fills a mask beyond its borders; its default, 0, would mean clear. */
const FILL = 255;
/** Tolerance for rounded coordinates, in pixels. */
const NEAR = 1e-6;

/** One coordinate in the mask of a point (x, y) in the scene: start + x · byX + y · byY. */
interface Map2D {
  readonly start: number;
  readonly byX: number;
  readonly byY: number;
}

/** Mapping from pixels of the scene to fractional pixels of the mask. */
export interface GridMap {
  readonly column: Map2D;
  readonly row: Map2D;
}

/** Position of a point of the scene along one axis of the mask. */
export function positionOn(
  { start, byX, byY }: Map2D,
  { x, y }: { readonly x: number; readonly y: number },
) {
  return start + byX * x + byY * y;
}

/** True if one size is a multiple of the other. */
function divides(a: number, b: number): boolean {
  return Number.isInteger(a / b) || Number.isInteger(b / a);
}

/** The gdalwarp command that resamples a mask to the grid of the scene. */
function maskCommand(grid: RasterHeader, name: string): string {
  return warpCommand(grid, name, { method: "near", nodata: FILL });
}

/**
 * Maps pixel corners of `grid` to those of `mask`.
 *
 * @throws {InputError} If the CRSs differ; without georeference on both, if neither size divides
 *   the other.
 */
export function gridMap(grid: RasterHeader, mask: RasterHeader, name: string): GridMap {
  if (grid.transform === undefined || mask.transform === undefined) {
    if (!divides(grid.width, mask.width) || !divides(grid.height, mask.height)) {
      throw new InputError(
        `Cannot use mask ${name}: without georeference its size must be the scene's, ` +
          `${grid.width}×${grid.height}, or divide it, got ${mask.width}×${mask.height}; ` +
          "georeference both, or resample the mask to that size",
      );
    }
    const row = { start: 0, byX: 0, byY: mask.height / grid.height };
    return { column: { start: 0, byX: mask.width / grid.width, byY: 0 }, row };
  }
  if (!sameCrs(grid.crs, mask.crs)) {
    throw new InputError(
      `Cannot use mask ${name}: its CRS must be the scene's, ${crsName(grid.crs)}, got ` +
        `${crsName(mask.crs)}; align it with: ${maskCommand(grid, name)}`,
    );
  }
  const [a, b, c, d, e, f] = grid.transform;
  const corner = pixelOf(mask.transform, { x: a, y: d });
  const right = pixelOf(mask.transform, { x: a + b, y: d + e });
  const down = pixelOf(mask.transform, { x: a + c, y: d + f });
  const axis = (of: "column" | "row"): Map2D => ({
    start: corner[of],
    byX: right[of] - corner[of],
    byY: down[of] - corner[of],
  });
  return { column: axis("column"), row: axis("row") };
}

/** Smallest window of the mask that covers a window of the scene; empty outside of the mask. */
export function maskWindow(map: GridMap, window: RasterWindow, mask: RasterHeader): RasterWindow {
  const [x0, y0] = [window.column, window.row];
  const corners = [x0, x0 + window.width].flatMap((x) =>
    [y0, y0 + window.height].map((y) => ({ x, y }))
  );
  const span = (axis: Map2D, size: number): readonly [number, number] => {
    const values = corners.map((corner) => positionOn(axis, corner));
    const first = Math.max(0, Math.floor(Math.min(...values)));
    return [first, Math.max(0, Math.min(size, Math.ceil(Math.max(...values))) - first)];
  };
  const [column, width] = span(map.column, mask.width);
  const [row, height] = span(map.row, mask.height);
  return { column, row, width, height };
}

/**
 * Range of the pixels of one axis, from `first` to before `last`, that a mask covers completely.
 */
function covered(
  [first, last]: readonly [number, number],
  { start, step, length }: {
    readonly start: number;
    readonly step: number;
    readonly length: number;
  },
): string | undefined {
  const ends = [-start / step, (length - start) / step].sort((a, b) => a - b);
  const from = Math.max(first, Math.ceil(ends[0]! - NEAR));
  const to = Math.min(last, Math.floor(ends[1]! + NEAR));
  return from < to ? `${from} to ${to - 1}` : undefined;
}

/**
 * Checks that a mask covers the scene, or an area of it; less than one pixel of the mask may be
 * missing at each border.
 *
 * @throws {InputError} If it does not.
 */
export function checkCover(grid: RasterHeader, { map, mask, name, area }: {
  readonly map: GridMap;
  readonly mask: RasterHeader;
  readonly name: string;
  readonly area?: RasterWindow;
}): void {
  const { column, row } = map;
  const whole = { column: 0, row: 0, width: grid.width, height: grid.height };
  const cornersOf = ({ column: x, row: y, width, height }: RasterWindow) =>
    [x, x + width].flatMap((x) =>
      [y, y + height].map((y) => ({
        column: positionOn(column, { x, y }),
        row: positionOn(row, { x, y }),
      }))
    );
  const { transform } = mask;
  if (transform !== undefined && !overlaps(cornersOf(whole), mask)) {
    const [x, y] = [transform[0], transform[3]];
    throw new InputError(
      `Cannot use mask ${name}: it must overlap the scene, ${grid.width}×${grid.height} pixels ` +
        `from ${grid.transform?.[0]}, ${grid.transform?.[3]}, got one of ${mask.width}×` +
        `${mask.height} from ${x}, ${y}; does it show the same area?`,
    );
  }
  const wanted = area ?? whole;
  const inside = (value: number, size: number) => value > NEAR - 1 && value < size + 1 - NEAR;
  const corners = cornersOf(wanted);
  if (corners.every((at) => inside(at.column, mask.width) && inside(at.row, mask.height))) return;
  const [x0, x1] = [wanted.column, wanted.column + wanted.width];
  const [y0, y1] = [wanted.row, wanted.row + wanted.height];
  const columns = covered([x0, x1], { ...column, step: column.byX, length: mask.width });
  const rows = covered([y0, y1], { ...row, step: row.byY, length: mask.height });
  const what = area === undefined
    ? `the whole scene, ${grid.width}×${grid.height} pixels`
    : `columns ${x0} to ${x1 - 1} and rows ${y0} to ${y1 - 1} of the scene`;
  throw new InputError(
    `Cannot use mask ${name}: it must cover ${what}, got ${
      columns === undefined || rows === undefined
        ? "none of it"
        : `only columns ${columns} and rows ${rows}`
    }; extend it with unknown pixels: ${maskCommand(grid, name)}`,
  );
}
