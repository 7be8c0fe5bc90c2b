/**
 * A folder with one GeoTIFF per band at mixed resolutions, as a Sentinel-2 product's IMG_DATA.
 *
 * @module
 */

import { type GeoTransform, pixelArray, type Raster } from "../core/mod.ts";
import { bandOfFileName, normalizeBand, SENTINEL2_NAMES } from "./bands.ts";
import { readRaster } from "./geotiff.ts";

/** Options of {@linkcode readBandFolder}. */
export interface BandFolderOptions {
  /** Bands in the order wanted; default the 13 of Sentinel-2 L1C. */
  readonly bands?: readonly string[];
}

/** Where pixel centres of one axis fall on another grid: position = start + step · index. */
interface AxisMap {
  readonly start: number;
  readonly step: number;
}

/** From pixel indices of the fine grid to fractional pixel indices of the coarse grid. */
function axisMaps(coarse: Raster, fine: Raster): { columns: AxisMap; rows: AxisMap } {
  const axis = (origin: 0 | 3, step: 1 | 5, size: "width" | "height"): AxisMap => {
    const [from, to] = [fine.transform, coarse.transform];
    if (from === undefined || to === undefined) {
      const ratio = coarse[size] / fine[size];
      return { start: 0.5 * ratio - 0.5, step: ratio };
    }
    const ratio = from[step] / to[step];
    return { start: (from[origin] - to[origin]) / to[step] + 0.5 * ratio - 0.5, step: ratio };
  };
  return { columns: axis(0, 1, "width"), rows: axis(3, 5, "height") };
}

function isRotated(transform: GeoTransform | undefined): boolean {
  return transform !== undefined && (transform[2] !== 0 || transform[4] !== 0);
}

/**
 * Bilinear values of the first band of `coarse` at the pixel centres of `fine`'s grid, written to
 * band `index` of `out`; outside the centres of the outermost pixels their value continues.
 */
function resampleInto(
  out: { readonly data: Raster["data"]; readonly index: number; readonly bands: number },
  coarse: Raster,
  fine: Raster,
): void {
  const { columns, rows } = axisMaps(coarse, fine);
  const whole = coarse.dtype !== "float32" && coarse.dtype !== "float64";
  const clampTo = (value: number, last: number) => Math.min(Math.max(value, 0), last);
  const lefts = new Int32Array(fine.width);
  const rights = new Int32Array(fine.width);
  const weights = new Float64Array(fine.width);
  for (let x = 0; x < fine.width; x++) {
    const u = clampTo(columns.start + columns.step * x, coarse.width - 1);
    lefts[x] = Math.floor(u);
    rights[x] = Math.min(Math.floor(u) + 1, coarse.width - 1);
    weights[x] = u - Math.floor(u);
  }
  for (let y = 0; y < fine.height; y++) {
    const v = clampTo(rows.start + rows.step * y, coarse.height - 1);
    const top = Math.floor(v) * coarse.width;
    const bottom = Math.min(Math.floor(v) + 1, coarse.height - 1) * coarse.width;
    const down = v - Math.floor(v);
    for (let x = 0; x < fine.width; x++) {
      const right = weights[x]!;
      const [l, r] = [lefts[x]!, rights[x]!];
      const upper = coarse.data[top + l]! * (1 - right) + coarse.data[top + r]! * right;
      const lower = coarse.data[bottom + l]! * (1 - right) + coarse.data[bottom + r]! * right;
      const value = upper * (1 - down) + lower * down;
      out.data[(y * fine.width + x) * out.bands + out.index] = whole ? Math.round(value) : value;
    }
  }
}

async function bandFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      const band = /\.tiff?$/i.test(name) ? bandOfFileName(name) : undefined;
      if (!isFile || band === undefined) continue;
      const other = files.get(band);
      if (other !== undefined) {
        throw new TypeError(
          `Cannot read bands of ${folder}: each band must have one file, got ${other} and ` +
            `${name} for ${band}`,
        );
      }
      files.set(band, name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new TypeError(`Cannot read bands of ${folder}: the folder must exist`);
  }
  return files;
}

/**
 * Reads one file per band and resamples them bilinearly to the finest grid among them, by
 * georeference where the files have one.
 *
 * @param folder Holds files whose names end in the band, as `B02.tif` or `T33UUP_…_B8A_20m.tif`.
 * @returns All bands on the grid of the finest, with its transform and CRS.
 * @throws {TypeError} If the folder or a band is missing, a file has several bands, pixel types
 *   differ, or a grid is rotated.
 */
export async function readBandFolder(
  folder: string,
  { bands = SENTINEL2_NAMES }: BandFolderOptions = {},
): Promise<Raster> {
  const files = await bandFiles(folder);
  const names = bands.map(normalizeBand);
  const missing = names.filter((name) => !files.has(name));
  if (missing.length > 0) {
    throw new TypeError(
      `Cannot read bands of ${folder}: there must be a file for ${missing.join(", ")}, ` +
        `got ${[...files.keys()].sort().join(", ") || "no band files"}`,
    );
  }
  const layers = await Promise.all(names.map((name) => readRaster(`${folder}/${files.get(name)}`)));
  const finest = layers.reduce((best, layer) => layer.width > best.width ? layer : best);
  for (const [i, layer] of layers.entries()) {
    if (layer.bands.length !== 1 || layer.dtype !== finest.dtype || isRotated(layer.transform)) {
      throw new TypeError(
        `Cannot read bands of ${folder}: each file must hold one band of type ${finest.dtype} on ` +
          `an unrotated grid, got ${layer.bands.length} of ${layer.dtype} in ${
            files.get(names[i]!)
          }`,
      );
    }
  }
  const data = pixelArray(finest.dtype, finest.width * finest.height * names.length);
  layers.forEach((layer, index) =>
    resampleInto({ data, index, bands: names.length }, layer, finest)
  );
  return { ...finest, bands: names, data, tags: {} };
}
