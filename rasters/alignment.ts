/**
 * Comparison of raster grids: coordinate reference systems, offsets in pixels, and the gdalwarp
 * command that aligns two rasters.
 *
 * @module
 */

import { type Crs, type GeoTransform, InputError, shellWord } from "../core/mod.ts";
import type { RasterHeader } from "./raster_file.ts";

/** Largest distance of pixel corners that count as equal, in pixels. */
const TOLERANCE = 0.01;
/** GeoTIFF keys that hold a name and do not affect coordinates. */
const CITATIONS: readonly number[] = [1026, 2049, 3073, 4097];

/** The keys of a CRS that affect coordinates, sorted, as JSON. */
function keyValues({ geoKeys: { directory, doubles = [] } }: Crs): string {
  const values: [number, number][] = [];
  for (let i = 4; i + 3 < directory.length; i += 4) {
    const [key, location, , value] = directory.slice(i, i + 4) as [number, number, number, number];
    // The anchor of pixels (key 1025) is part of the transform.
    if (key === 1025 || CITATIONS.includes(key)) continue;
    if (location === 0) values.push([key, value]);
    if (location === 34736) values.push([key, doubles[value] ?? NaN]);
  }
  return JSON.stringify(values.sort((a, b) => a[0] - b[0]));
}

/** Compares two CRSs by EPSG code, else by their keys; an unknown CRS equals any other. */
export function sameCrs(a: Crs | undefined, b: Crs | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  if (a.epsg !== undefined && b.epsg !== undefined) return a.epsg === b.epsg;
  return keyValues(a) === keyValues(b);
}

/** Name of a CRS for messages: its EPSG code, else its citation. */
export function crsName(crs: Crs | undefined): string {
  if (crs === undefined) return "none";
  if (crs.epsg !== undefined) return `EPSG:${crs.epsg}`;
  return crs.name || crs.geoKeys.ascii?.split("|")[0]?.trim() || "a CRS without EPSG code";
}

/** Fractional column and row of a CRS position. */
export function pixelOf(
  [a, b, c, d, e, f]: GeoTransform,
  { x, y }: { readonly x: number; readonly y: number },
): { readonly column: number; readonly row: number } {
  const determinant = b * f - c * e;
  const [dx, dy] = [x - a, y - d];
  return { column: (dx * f - dy * c) / determinant, row: (dy * b - dx * e) / determinant };
}

/** CRS position of the upper left corner of a pixel. */
function positionOf(
  [a, b, c, d, e, f]: GeoTransform,
  { column, row }: { readonly column: number; readonly row: number },
): { readonly x: number; readonly y: number } {
  return { x: a + b * column + c * row, y: d + e * column + f * row };
}

/** True if a raster, given by its corners in the other's pixels, overlaps the other. */
export function overlaps(
  corners: readonly { readonly column: number; readonly row: number }[],
  { width, height }: { readonly width: number; readonly height: number },
): boolean {
  const touches = (values: readonly number[], size: number) =>
    Math.max(...values) > TOLERANCE && Math.min(...values) < size - TOLERANCE;
  return touches(corners.map(({ column }) => column), width) &&
    touches(corners.map(({ row }) => row), height);
}

/** Value that marks missing pixels of a warped raster; undefined if none is free. */
function unknownOf({ nodata, dtype }: RasterHeader): number | undefined {
  return nodata ?? (dtype.startsWith("float") ? NaN : undefined);
}

/**
 * The gdalwarp command that resamples a raster to a grid.
 *
 * @param name Path of the raster.
 * @param nodata Value of pixels outside of the raster; gdalwarp writes 0 without it.
 */
export function warpCommand(
  grid: RasterHeader,
  name: string,
  { method = "bilinear", nodata }: {
    readonly method?: "bilinear" | "near";
    readonly nodata?: number;
  } = {},
): string {
  const srs = (grid.crs?.epsg === undefined ? "" : ` -t_srs EPSG:${grid.crs.epsg}`) +
    (nodata === undefined ? "" : ` -dstnodata ${Number.isNaN(nodata) ? "nan" : nodata}`);
  const file = shellWord(/^https?:/i.test(name) ? `/vsicurl/${name}` : name);
  const transform = grid.transform;
  if (transform === undefined || transform[2] !== 0 || transform[4] !== 0) {
    return `gdalwarp${srs} -r ${method} ${file} OUT.tif`;
  }
  const far = positionOf(transform, { column: grid.width, row: grid.height });
  const [xs, ys] = [[transform[0], far.x], [transform[3], far.y]];
  const extent = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const size = [Math.abs(transform[1]), Math.abs(transform[5])];
  return `gdalwarp${srs} -te ${extent.join(" ")} -tr ${
    size.join(" ")
  } -r ${method} ${file} OUT.tif`;
}

/**
 * Finds the offset of one raster on the grid of another.
 *
 * If either has no georeference, their sizes must be equal.
 *
 * @returns Column and row of `other` at pixel (0, 0) of `grid`; integers, negative where `other`
 *   begins inside of `grid`.
 * @throws {InputError} If the CRS, the pixel size or the rotation differ, or pixel corners lie more
 *   than 0.01 pixels apart: the message shows both sides and the gdalwarp command that aligns them,
 *   with pixels outside of the raster as nodata. Also if the rasters do not overlap.
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
  names: {
    readonly grid: string;
    readonly other: string;
    /** Advice in place of the gdalwarp command, for what is no single file. */
    readonly fix?: string;
  },
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
  const nodata = unknownOf(other);
  const command = warpCommand(grid, names.other, nodata === undefined ? {} : { nodata });
  const { fix = `align it with: ${command}` } = names;
  if (!sameCrs(grid.crs, other.crs)) {
    refuse(`the CRS must be ${crsName(grid.crs)}`, `${crsName(other.crs)}; ${fix}`);
  }
  const at = (column: number, row: number) =>
    pixelOf(other.transform!, positionOf(grid.transform!, { column, row }));
  const origin = at(0, 0);
  const [column, row] = [Math.round(origin.column), Math.round(origin.row)];
  const corners = [[0, 0], [grid.width, 0], [0, grid.height], [grid.width, grid.height]] as const;
  // Checked first: no command can align rasters that do not overlap.
  if (!overlaps(corners.map(([x, y]) => at(x, y)), other)) {
    refuse(
      "they must overlap",
      `rasters that begin ${Math.abs(column)} columns and ${Math.abs(row)} rows apart; ` +
        "do they show the same area?",
    );
  }
  const apart = corners.flatMap(([x, y]) => {
    const found = at(x, y);
    return [Math.abs(found.column - x - column), Math.abs(found.row - y - row)];
  });
  if (!(Math.max(...apart) <= TOLERANCE)) {
    refuse(
      `the pixels must lie on one grid, transform [${grid.transform.join(", ")}]`,
      `[${other.transform.join(", ")}]; ${fix}`,
    );
  }
  // Math.round may return -0.
  return { column: column + 0, row: row + 0 };
}
