/**
 * Whether two rasters lie on one grid, and how far apart.
 *
 * @module
 */

import { type Crs, type GeoTransform, InputError } from "../core/mod.ts";
import type { RasterHeader } from "./raster_file.ts";

/** How far pixel corners may lie apart, in pixels. */
const TOLERANCE = 0.01;
/** Keys of the GeoTIFF standard that hold a name, which does not place anything. */
const CITATIONS: readonly number[] = [1026, 2049, 3073, 4097];

/** The keys of a CRS that matter, by number. */
function keyValues({ geoKeys: { directory, doubles = [] } }: Crs): string {
  const values: [number, number][] = [];
  for (let i = 4; i + 3 < directory.length; i += 4) {
    const [key, location, , value] = directory.slice(i, i + 4) as [number, number, number, number];
    // How pixels are anchored is part of the transform; names place nothing.
    if (key === 1025 || CITATIONS.includes(key)) continue;
    if (location === 0) values.push([key, value]);
    if (location === 34736) values.push([key, doubles[value] ?? NaN]);
  }
  return JSON.stringify(values.sort((a, b) => a[0] - b[0]));
}

/** Whether two rasters are in one CRS, as far as their keys tell; unstated ones are taken as equal. */
export function sameCrs(a: Crs | undefined, b: Crs | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  if (a.epsg !== undefined && b.epsg !== undefined) return a.epsg === b.epsg;
  return keyValues(a) === keyValues(b);
}

/** A CRS for people. */
export function crsName(crs: Crs | undefined): string {
  if (crs === undefined) return "none";
  if (crs.epsg !== undefined) return `EPSG:${crs.epsg}`;
  return crs.geoKeys.ascii?.split("|")[0]?.trim() || "a CRS without EPSG code";
}

/** Pixel position (column, row) of a CRS position. */
export function pixelOf(
  [a, b, c, d, e, f]: GeoTransform,
  { x, y }: { readonly x: number; readonly y: number },
): { readonly column: number; readonly row: number } {
  const determinant = b * f - c * e;
  const [dx, dy] = [x - a, y - d];
  return { column: (dx * f - dy * c) / determinant, row: (dy * b - dx * e) / determinant };
}

/** CRS position of a pixel's corner. */
function positionOf(
  [a, b, c, d, e, f]: GeoTransform,
  { column, row }: { readonly column: number; readonly row: number },
): { readonly x: number; readonly y: number } {
  return { x: a + b * column + c * row, y: d + e * column + f * row };
}

/** The command that puts a raster on a grid; `nodata` is for what it does not know. */
export function warpCommand(
  grid: RasterHeader,
  name: string,
  { method = "bilinear", nodata }: {
    readonly method?: "bilinear" | "near";
    readonly nodata?: number;
  } = {},
): string {
  const srs = (grid.crs?.epsg === undefined ? "" : ` -t_srs EPSG:${grid.crs.epsg}`) +
    (nodata === undefined ? "" : ` -dstnodata ${nodata}`);
  const transform = grid.transform;
  if (transform === undefined || transform[2] !== 0 || transform[4] !== 0) {
    return `gdalwarp${srs} -r ${method} ${name} OUT.tif`;
  }
  const far = positionOf(transform, { column: grid.width, row: grid.height });
  const [xs, ys] = [[transform[0], far.x], [transform[3], far.y]];
  const extent = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const size = [Math.abs(transform[1]), Math.abs(transform[5])];
  return `gdalwarp${srs} -te ${extent.join(" ")} -tr ${
    size.join(" ")
  } -r ${method} ${name} OUT.tif`;
}

/**
 * Where one raster lies on the grid of another.
 *
 * Without georeference on either side the sizes must be equal.
 *
 * @returns Column and row of `other` at pixel (0, 0) of `grid`; integers, negative where `other`
 *   begins inside of `grid`.
 * @throws {InputError} If the CRS, the pixel size or the rotation differ, or pixel corners lie more
 *   than 0.01 pixels apart; the message holds both sides and the gdalwarp command that helps. If the
 *   rasters have no pixel in common.
 *
 * @example
 * ```ts
 * import { alignment } from "./alignment.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const header = { width: 4, height: 4, bands: ["B02"], dtype: "uint16" as const };
 * assertEquals(
 *   alignment(
 *     { ...header, transform: [600, 10, 0, 900, 0, -10] },
 *     { ...header, transform: [570, 10, 0, 910, 0, -10] },
 *     { grid: "a.tif", other: "b.tif" },
 *   ),
 *   { column: 3, row: 1 },
 * );
 * ```
 */
export function alignment(
  grid: RasterHeader,
  other: RasterHeader,
  names: { readonly grid: string; readonly other: string },
): { readonly column: number; readonly row: number } {
  const refuse = (must: string, got: string): never => {
    throw new InputError(
      `Cannot use ${names.other} with ${names.grid}: ${must}, got ${got}`,
    );
  };
  if (grid.transform === undefined || other.transform === undefined) {
    if (grid.width !== other.width || grid.height !== other.height) {
      refuse(
        `without georeference the sizes must be equal, ${grid.width}×${grid.height}`,
        `${other.width}×${other.height}; georeference both, or cut one to the other`,
      );
    }
    return { column: 0, row: 0 };
  }
  const cure = `put it there with: ${warpCommand(grid, names.other)}`;
  if (!sameCrs(grid.crs, other.crs)) {
    refuse(`the CRS must be ${crsName(grid.crs)}`, `${crsName(other.crs)}; ${cure}`);
  }
  const at = (column: number, row: number) =>
    pixelOf(other.transform!, positionOf(grid.transform!, { column, row }));
  const origin = at(0, 0);
  const [column, row] = [Math.round(origin.column), Math.round(origin.row)];
  const apart = [[0, 0], [grid.width, 0], [0, grid.height], [grid.width, grid.height]]
    .flatMap(([x, y]) => {
      const found = at(x!, y!);
      return [Math.abs(found.column - x! - column), Math.abs(found.row - y! - row)];
    });
  if (!(Math.max(...apart) <= TOLERANCE)) {
    refuse(
      `the pixels must lie on one grid, transform [${grid.transform.join(", ")}]`,
      `[${other.transform.join(", ")}]; ${cure}`,
    );
  }
  const apartBy = (at: number, size: number, length: number) => at >= length || at + size <= 0;
  if (
    apartBy(column, grid.width, other.width) || apartBy(row, grid.height, other.height)
  ) {
    refuse(
      "they must overlap",
      `rasters that begin ${Math.abs(column)} columns and ${Math.abs(row)} rows apart; ` +
        "are they of one place?",
    );
  }
  // Math.round gives -0 too.
  return { column: column + 0, row: row + 0 };
}
