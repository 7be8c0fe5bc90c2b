/**
 * Cloud masks from rasters of classes, bits or probabilities, such as Sentinel-2's scene
 * classification (SCL).
 *
 * @module
 */

import { InputError, shownAddress } from "../core/mod.ts";
import { pathInAddress } from "../files/mod.ts";
import { openImage, type RasterHeader, type RasterWindow } from "../rasters/mod.ts";
import { MASK_UNKNOWN } from "./classes.ts";
import { checkCover, type GridMap, gridMap, maskWindow, positionOn } from "./mask_grid.ts";
import { classOfValue } from "./mask_kind.ts";
import {
  countValues,
  decideKind,
  lookAtValues,
  maskBands,
  type MaskMeaning,
  readMaskValues,
} from "./mask_reading.ts";
import { maskSummary, maskWarnings } from "./mask_survey.ts";

export { MASK_UNKNOWN } from "./classes.ts";

/** A raster of classes as the mask of a scene. */
export interface ClassMask {
  /** Kind of the mask and the share that each of its classes hides, in one line. */
  readonly summary: string;
  /** Doubts about its values, one line each. */
  readonly warnings: readonly string[];
  /**
   * Reads the mask of a window of the scene, [height, width]: 0 clear, 3 cloud shadow of a known
   * kind of mask, 2 thin cloud of one, 1 other hidden values, {@linkcode MASK_UNKNOWN} for missing values and outside of
   * the raster.
   */
  read(window: RasterWindow): Promise<Uint8Array>;
  /** Closes the raster. */
  close(): Promise<void>;
}

/**
 * Options of {@linkcode openClassMask}. Without `values`, `bits` and `above`, the names of file and
 * band decide: SCL, QA60, QA_PIXEL (Landsat), Fmask (HLS), CLM (Theia, s2cloudless), CLP,
 * OmniCloudMask and UDM2 (PlanetScope) are known. Of other masks, every value but 0 is hidden.
 */
export interface ClassMaskOptions extends MaskMeaning {
  /** The scene whose pixels are masked. */
  readonly grid: RasterHeader;
  /**
   * The part of the scene that will be read, which the raster must cover. Default: the whole scene.
   */
  readonly area?: RasterWindow;
  /**
   * Counts nine parts of a large raster instead of all its values, for calls that read little of it.
   * Default false.
   */
  readonly isLook?: boolean;
}

/** Files of polygons, such as MSK_CLOUDS of Sentinel-2 before baseline 04.00. */
const VECTOR = /\.(?:gml|shp|geojson|json|gpkg|kml)$/i;

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
 * Opens a raster of classes, bits or probabilities as the mask of a scene. The raster may have any
 * resolution in the CRS of the scene: each pixel of the scene gets the value at its centre.
 *
 * The values in the area are counted first, to say what they mean and hide. They are read once and kept
 * compressed.
 *
 * @throws {InputError} If the raster cannot be read, has several bands none of which is known by
 *   name, is in another CRS, or does not cover the area; without georeference on both, if neither
 *   size divides the other. The message shows the gdalwarp command that aligns the raster. Also if
 *   its values are no classes and nothing is known of their meaning.
 */
export async function openClassMask(
  source: string | URL,
  { grid, area, isLook = false, ...meaning }: ClassMaskOptions,
): Promise<ClassMask> {
  const name = shownAddress(source);
  if (VECTOR.test(pathInAddress(source))) {
    throw new InputError(
      `Cannot use mask ${name}: it must be a raster, got polygons; burn them into a raster of the ` +
        "scene's extent and pixel size with gdal_rasterize, 0 where there is no cloud",
    );
  }
  const file = await openImage(source);
  try {
    const mask = file.header;
    const { known, indices } = maskBands(mask, name);
    const map = gridMap(grid, mask, name);
    checkCover(grid, { map, mask, name, ...(area && { area }) });
    const whole = { column: 0, row: 0, width: grid.width, height: grid.height };
    const window = maskWindow(map, area ?? whole, mask);
    const { counts, kept } = isLook
      ? { counts: await lookAtValues(file, { window, indices }), kept: undefined }
      : await countValues(file, { window, indices });
    const { kind, warning } = decideKind(name, { known, counts, meaning });
    // A file cannot call 0 missing and use it for clear pixels: programs copy nodata from images.
    const isClear = mask.nodata === 0 && classOfValue(kind, 0) !== MASK_UNKNOWN;
    const nodata = isClear || indices.length > 1 ? undefined : mask.nodata;
    const isGiven = meaning.values !== undefined;
    const isMissing = (value: number) =>
      Object.is(value, nodata) && !(isGiven && kind.masked.has(value));
    const seen = { counts, nodata: isGiven && kind.masked.has(nodata!) ? undefined : nodata };
    return {
      summary: maskSummary(kind, seen) + (isLook ? ", in a sample" : ""),
      warnings: [
        ...(warning === undefined ? [] : [warning]),
        ...(isClear && counts.has(0)
          ? ["it states nodata 0, which is its value of clear pixels; they are taken for clear"]
          : []),
        ...maskWarnings(kind, seen),
      ],
      async read(window) {
        const part = maskWindow(map, window, mask);
        if (part.width === 0 || part.height === 0) {
          return new Uint8Array(window.width * window.height).fill(MASK_UNKNOWN);
        }
        const { values, valid } = await kept?.read(part) ??
          await readMaskValues(file, { window: part, indices });
        const classOf = (index: number) => {
          const value = values[index]!;
          // Marked as missing by a mask of its own, or by the nodata value.
          const isMarked = valid?.[index] === 0 && !Object.is(value, mask.nodata);
          return isMarked || isMissing(value) ? MASK_UNKNOWN : classOfValue(kind, value);
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
