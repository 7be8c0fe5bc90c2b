/**
 * Cloud masks that come as a raster of classes, as Sentinel-2's scene classification (SCL). The file
 * is long by the ways in which a mask can miss its scene, each with the message that helps.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import {
  crsName,
  openImage,
  overlaps,
  pixelOf,
  type RasterHeader,
  type RasterWindow,
  sameCrs,
  warpCommand,
} from "../rasters/mod.ts";
import { CLOUD_CLASSES } from "./classes.ts";

/** In a {@linkcode ClassMask}: neither clear nor not. */
export const MASK_UNKNOWN = 255;

/** Classes of a raster as a mask of a scene. */
export interface ClassMask {
  /**
   * The mask of a window of the scene, [height, width]: 0 clear, 3 the cloud shadow of a scene
   * classification, 1 whatever else is masked, {@linkcode MASK_UNKNOWN} where there is nodata, or
   * outside of the raster.
   */
  read(window: RasterWindow): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Options of {@linkcode openClassMask}. */
export interface ClassMaskOptions {
  /** The scene whose pixels are masked. */
  readonly grid: RasterHeader;
  /** Pixels of the scene that will be read, which the raster must cover. Default all. */
  readonly area?: RasterWindow;
  /**
   * Classes that are masked. Default for a scene classification (SCL in its name or band) cloud
   * shadow 3, clouds 8 and 9, cirrus 10; else every class but 0 and nodata.
   */
  readonly values?: readonly number[];
}

/** Cloud shadow, cloud of medium and high probability, thin cirrus. */
const SCL_MASKED: readonly number[] = [3, 8, 9, 10];
/** What gdalwarp is told to fill a mask with beyond its borders; what it fills else, 0, is clear. */
const FILL = 255;
/** How far corners may be off, in pixels, by the rounding of coordinates. */
const NEAR = 1e-6;
/** In a scene classification: no data, and cloud shadow. */
const [SCL_UNKNOWN, SCL_SHADOW] = [0, 3];

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

/** The command that puts a mask on the scene's grid. */
function maskCommand(grid: RasterHeader, name: string): string {
  return warpCommand(grid, name, { method: "near", nodata: FILL });
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
        `${crsName(mask.crs)}; put it there with: ${maskCommand(grid, name)}`,
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

/** The pixels of one axis, from `first` to before `last`, that a mask covers whole. */
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

/** Less than a pixel of the mask may be missing at each border. */
function checkCover(grid: RasterHeader, { map, mask, name, area }: {
  readonly map: GridMap;
  readonly mask: RasterHeader;
  readonly name: string;
  readonly area?: RasterWindow;
}): void {
  const { column, row } = map;
  const whole = { column: 0, row: 0, width: grid.width, height: grid.height };
  const cornersOf = ({ column: x, row: y, width, height }: RasterWindow) =>
    [x, x + width].flatMap((x) =>
      [y, y + height].map((y) => ({ column: at(column, { x, y }), row: at(row, { x, y }) }))
    );
  const { transform } = mask;
  if (transform !== undefined && !overlaps(cornersOf(whole), mask)) {
    const [x, y] = [transform[0], transform[3]];
    throw new InputError(
      `Cannot use mask ${name}: it must overlap the scene, ${grid.width}×${grid.height} pixels ` +
        `from ${grid.transform?.[0]}, ${grid.transform?.[3]}, got one of ${mask.width}×` +
        `${mask.height} from ${x}, ${y}; is it of that place?`,
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
    }; add what it does not know with: ${maskCommand(grid, name)}`,
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
      out[to++] = outside ? MASK_UNKNOWN : classOf(row * part.width + column);
    }
  }
  return out;
}

/**
 * Opens a raster of classes as a mask of a scene, at any resolution in the scene's CRS: each pixel of
 * the scene has the class of the mask's pixel under its centre.
 *
 * @throws {InputError} If the raster cannot be read, has several bands of which none is named SCL, is
 *   in another CRS, or does not cover the area; without georeference on both, if the sizes are
 *   neither equal nor divide each other. Messages hold the gdalwarp command that helps.
 */
export async function openClassMask(
  source: string | URL,
  { grid, area, values }: ClassMaskOptions,
): Promise<ClassMask> {
  const file = await openImage(source);
  const name = String(source);
  try {
    const mask = file.header;
    const band = classBand(mask, name);
    const map = gridMap(grid, mask, name);
    checkCover(grid, { map, mask, name, ...(area && { area }) });
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
          return new Uint8Array(window.width * window.height).fill(MASK_UNKNOWN);
        }
        const { data } = await file.read({ window: part, bands: [band] });
        const asked = values !== undefined;
        const classOf = (index: number) => {
          const value = data[index]!;
          // A class that is asked for is masked even where it is the nodata value.
          if (!(asked && masked.has(value)) && isUnknown(value)) return MASK_UNKNOWN;
          if (!isMasked(value)) return CLOUD_CLASSES.clear;
          return isScl && value === SCL_SHADOW ? CLOUD_CLASSES.shadow : CLOUD_CLASSES.thick;
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
