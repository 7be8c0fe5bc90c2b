/**
 * Cloud masks from rasters of classes, such as Sentinel-2's scene classification (SCL).
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { openImage, type RasterHeader, type RasterWindow } from "../rasters/mod.ts";
import { CLOUD_CLASSES } from "./classes.ts";
import { checkCover, type GridMap, gridMap, maskWindow, positionOn } from "./mask_grid.ts";

/** Value of unknown pixels in a {@linkcode ClassMask}. */
export const MASK_UNKNOWN = 255;

/** A raster of classes as the mask of a scene. */
export interface ClassMask {
  /**
   * Reads the mask of a window of the scene, [height, width]: 0 clear, 3 cloud shadow of a scene
   * classification, 1 other masked classes, {@linkcode MASK_UNKNOWN} for nodata and outside of the
   * raster.
   */
  read(window: RasterWindow): Promise<Uint8Array>;
  /** Closes the raster. */
  close(): Promise<void>;
}

/** Options of {@linkcode openClassMask}. */
export interface ClassMaskOptions {
  /** The scene whose pixels are masked. */
  readonly grid: RasterHeader;
  /**
   * The part of the scene that will be read, which the raster must cover. Default: the whole scene.
   */
  readonly area?: RasterWindow;
  /**
   * Classes to mask. Default for a scene classification (SCL in the name of file or band): cloud
   * shadow 3, clouds 8 and 9, cirrus 10; for other rasters: every class but 0 and nodata.
   */
  readonly values?: readonly number[];
}

/** Cloud shadow, cloud of medium and high probability, thin cirrus. */
const SCL_MASKED: readonly number[] = [3, 8, 9, 10];
/** Classes of a scene classification: no data and cloud shadow. */
const [SCL_UNKNOWN, SCL_SHADOW] = [0, 3];

/** Index of the band with the classes. */
function classBand({ bands }: RasterHeader, name: string): number {
  const index = bands.length === 1 ? 0 : bands.indexOf("SCL");
  if (index < 0) {
    throw new InputError(
      `Cannot use mask ${name}: it must have one band, or one named SCL, got ` +
        `${
          bands.join(", ")
        }; extract the band with the classes: gdal_translate -b 1 ${name} OUT.tif`,
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
      const column = Math.floor(positionOn(map.column, centre)) - part.column;
      const row = Math.floor(positionOn(map.row, centre)) - part.row;
      const outside = column < 0 || row < 0 || column >= part.width || row >= part.height;
      out[to++] = outside ? MASK_UNKNOWN : classOf(row * part.width + column);
    }
  }
  return out;
}

/**
 * Opens a raster of classes as the mask of a scene. The raster may have any resolution in the CRS
 * of the scene: each pixel of the scene gets the class at its centre.
 *
 * @throws {InputError} If the raster cannot be read, has several bands none of which is named SCL,
 *   is in another CRS, or does not cover the area; without georeference on both, if neither size
 *   divides the other. The message shows the gdalwarp command that aligns the raster.
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
        const { data, valid } = await file.read({ window: part, bands: [band] });
        const isRequested = values !== undefined;
        const classOf = (index: number) => {
          const value = data[index]!;
          // A requested class is masked even if it is the nodata value.
          const isKnown = isRequested && masked.has(value);
          const isMissing = valid?.[index] === 0 && !Object.is(value, mask.nodata);
          if (isMissing || (!isKnown && isUnknown(value))) return MASK_UNKNOWN;
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
