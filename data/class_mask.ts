/**
 * Cloud masks that come as a raster of classes, as Sentinel-2's scene classification (SCL).
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { crsName, pixelOf, sameCrs, warpCommand } from "./alignment.ts";
import { openImage } from "./image_file.ts";
import type { RasterHeader, RasterWindow } from "./raster_file.ts";

/** Classes of a raster as a mask of a scene. */
export interface ClassMask {
  /** Never set: unlike a detector's, a window's mask needs no pixels around the window. */
  readonly margin?: never;
  /**
   * The mask of a window of the scene, [height, width]: 1 masked, 0 not, 2 unknown (nodata, or
   * outside of the raster).
   */
  read(window: RasterWindow): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Options of {@linkcode openClassMask}. */
export interface ClassMaskOptions {
  /** The scene whose pixels are masked. */
  readonly grid: RasterHeader;
  /**
   * Classes that are masked. Default for a scene classification (SCL in its name or band) cloud
   * shadow 3, clouds 8 and 9, cirrus 10; else every class but 0 and nodata.
   */
  readonly values?: readonly number[];
}

/** Cloud shadow, cloud of medium and high probability, thin cirrus. */
const SCL_MASKED: readonly number[] = [3, 8, 9, 10];
/** What fills a mask beyond its borders; no classification has a class of that number. */
const UNKNOWN = 255;
/** In a scene classification: no data. */
const SCL_UNKNOWN = 0;

/** From pixel centres of the scene to fractional pixels of the mask: start + x · byX + y · byY. */
interface Map2D {
  readonly start: number;
  readonly byX: number;
  readonly byY: number;
}

interface GridMap {
  readonly column: Map2D;
  readonly row: Map2D;
}

function at({ start, byX, byY }: Map2D, { x, y }: { readonly x: number; readonly y: number }) {
  return start + byX * x + byY * y;
}

/** How often one size goes into the other; undefined where it does not. */
function divides(a: number, b: number): boolean {
  return Number.isInteger(a / b) || Number.isInteger(b / a);
}

/** From pixel corners of `grid` to those of `mask`. */
function gridMap(grid: RasterHeader, mask: RasterHeader, name: string): GridMap {
  if (grid.transform === undefined || mask.transform === undefined) {
    if (!divides(grid.width, mask.width) || !divides(grid.height, mask.height)) {
      throw new InputError(
        `Cannot use mask ${name}: without georeference its size must be the scene's, ` +
          `${grid.width}×${grid.height}, or divide it, got ${mask.width}×${mask.height}; ` +
          "georeference both, or bring it to that size",
      );
    }
    const row = { start: 0, byX: 0, byY: mask.height / grid.height };
    return { column: { start: 0, byX: mask.width / grid.width, byY: 0 }, row };
  }
  if (!sameCrs(grid.crs, mask.crs)) {
    throw new InputError(
      `Cannot use mask ${name}: its CRS must be the scene's, ${crsName(grid.crs)}, got ` +
        `${crsName(mask.crs)}; put it there with: ${warpCommand(grid, name, { method: "near" })}`,
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

/** The smallest rectangle of mask pixels under a window of the scene; empty outside of the mask. */
function maskWindow(map: GridMap, window: RasterWindow, mask: RasterHeader): RasterWindow {
  const [x0, y0] = [window.column, window.row];
  const corners = [x0, x0 + window.width].flatMap((x) =>
    [y0, y0 + window.height].map((y) => ({ x, y }))
  );
  const span = (axis: Map2D, size: number): readonly [number, number] => {
    const values = corners.map((corner) => at(axis, corner));
    const first = Math.max(0, Math.floor(Math.min(...values)));
    return [first, Math.max(0, Math.min(size, Math.ceil(Math.max(...values))) - first)];
  };
  const [column, width] = span(map.column, mask.width);
  const [row, height] = span(map.row, mask.height);
  return { column, row, width, height };
}

/** Less than a pixel of the mask may be missing at each border. */
function checkCover(grid: RasterHeader, { map, mask, name }: {
  readonly map: GridMap;
  readonly mask: RasterHeader;
  readonly name: string;
}): void {
  const corners = [0, grid.width].flatMap((x) => [0, grid.height].map((y) => ({ x, y })));
  const inside = (value: number, size: number) => value > -1 && value < size + 1;
  const covers = corners.every((corner) =>
    inside(at(map.column, corner), mask.width) && inside(at(map.row, corner), mask.height)
  );
  if (covers) return;
  const part = (size: number, { start, step, length }: {
    readonly start: number;
    readonly step: number;
    readonly length: number;
  }) => {
    const ends = [-start / step, (length - start) / step].sort((a, b) => a - b);
    const [from, to] = [Math.max(0, Math.ceil(ends[0]!)), Math.min(size, Math.floor(ends[1]!))];
    return from < to ? `${from} to ${to - 1}` : undefined;
  };
  const { column, row } = map;
  const columns = part(grid.width, { ...column, step: column.byX, length: mask.width });
  const rows = part(grid.height, { ...row, step: row.byY, length: mask.height });
  throw new InputError(
    `Cannot use mask ${name}: it must cover the whole scene, ${grid.width}×${grid.height} pixels, ` +
      `got ${
        columns === undefined || rows === undefined
          ? "none of it"
          : `only its columns ${columns} and rows ${rows}`
      }; add what it does not know with: ${
        warpCommand(grid, name, { method: "near", nodata: UNKNOWN })
      }`,
  );
}

/** The band with the classes. */
function classBand({ bands }: RasterHeader, name: string): number {
  const index = bands.length === 1 ? 0 : bands.indexOf("SCL");
  if (index < 0) {
    throw new InputError(
      `Cannot use mask ${name}: it must have one band, or one named SCL, got ` +
        `${bands.join(", ")}; pick the one with the classes: gdal_translate -b 1 ${name} OUT.tif`,
    );
  }
  return index;
}

function maskOf(map: GridMap, { window, part, classOf }: {
  readonly window: RasterWindow;
  readonly part: RasterWindow;
  readonly classOf: (index: number) => number;
}): Uint8Array {
  const out = new Uint8Array(window.width * window.height);
  let to = 0;
  for (let y = window.row; y < window.row + window.height; y++) {
    for (let x = window.column; x < window.column + window.width; x++) {
      const centre = { x: x + 0.5, y: y + 0.5 };
      const column = Math.floor(at(map.column, centre)) - part.column;
      const row = Math.floor(at(map.row, centre)) - part.row;
      const outside = column < 0 || row < 0 || column >= part.width || row >= part.height;
      out[to++] = outside ? 2 : classOf(row * part.width + column);
    }
  }
  return out;
}

/**
 * Opens a raster of classes as a mask of a scene, at any resolution in the scene's CRS: each pixel of
 * the scene has the class of the mask's pixel under its centre.
 *
 * @throws {InputError} If the raster cannot be read, has several bands of which none is named SCL, is
 *   in another CRS, or does not cover the scene; without georeference on both, if the sizes are
 *   neither equal nor divide each other.
 */
export async function openClassMask(
  source: string | URL,
  { grid, values }: ClassMaskOptions,
): Promise<ClassMask> {
  const file = await openImage(source);
  const name = String(source);
  try {
    const mask = file.header;
    const band = classBand(mask, name);
    const map = gridMap(grid, mask, name);
    checkCover(grid, { map, mask, name });
    const isScl = mask.bands[band] === "SCL" || /(?:^|[_.\\/-])SCL[_.]/i.test(name);
    const masked = new Set(values ?? SCL_MASKED);
    const isMasked = values === undefined && !isScl
      ? (value: number) => value !== 0 && !Number.isNaN(value)
      : (value: number) => masked.has(value);
    const isUnknown = (value: number) =>
      Object.is(value, mask.nodata) || (isScl && value === SCL_UNKNOWN);

    return {
      async read(window) {
        const part = maskWindow(map, window, mask);
        if (part.width === 0 || part.height === 0) {
          return new Uint8Array(window.width * window.height).fill(2);
        }
        const { data } = await file.read({ window: part, bands: [band] });
        const asked = values !== undefined;
        const classOf = (index: number) => {
          const value = data[index]!;
          // A class that is asked for is masked even where it is the nodata value.
          if (!(asked && masked.has(value)) && isUnknown(value)) return 2;
          return isMasked(value) ? 1 : 0;
        };
        return maskOf(map, { window, part, classOf });
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
