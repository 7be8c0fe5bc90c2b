/**
 * Opens a folder with one file per band as one raster on the finest grid. Resolutions may differ,
 * as in IMG_DATA of a Sentinel-2 product.
 *
 * @module
 */

import {
  InputError,
  normalizeBand,
  pixelArray,
  type Raster,
  SENTINEL2_NAMES,
} from "../core/mod.ts";
import {
  crsName,
  type GridMaps,
  gridMaps,
  openImage,
  type RasterFile,
  type RasterHeader,
  type ReadRequest,
  readRequest,
  resampleInto,
  resamplePlan,
  sameCrs,
  windowHeader,
  withValidity,
} from "../rasters/mod.ts";
import { type BandFiles, findBandFiles } from "./band_files.ts";

/** Options of {@linkcode openBandFolder} and {@linkcode readBandFolder}. */
export interface BandFolderOptions {
  /**
   * Required bands, in order. Default of {@linkcode openBandFolder}: every Sentinel-2 band in the
   * folder; of {@linkcode readBandFolder}: the 13 bands of Sentinel-2 L1C.
   */
  readonly bands?: readonly string[];
}

/** The open file of a band and its position on the common grid. */
interface Layer {
  readonly file: RasterFile;
  readonly maps: GridMaps;
  /** Value of pixels without data in this file. */
  readonly nodata: number;
}

/** Largest margin of the finest band that a coarse band need not cover, in coarse pixels. */
const LACK = 2;

function isWhole({ dtype }: RasterHeader): boolean {
  return dtype !== "float32" && dtype !== "float64";
}

/** The nodata value; Sentinel-2 files use 0 and seldom state it. */
function nodataOf(header: RasterHeader): number {
  return header.nodata ?? (isWhole(header) ? 0 : NaN);
}

/** Checks that a file holds one band with the CRS, the pixel type and the area of the grid. */
function checkLayer(
  header: RasterHeader,
  finest: RasterHeader,
  { folder, file }: { readonly folder: string; readonly file: string },
): void {
  const { transform, bands, dtype } = header;
  const rotated = transform !== undefined && (transform[2] !== 0 || transform[4] !== 0);
  if (bands.length !== 1 || dtype !== finest.dtype || rotated) {
    throw new InputError(
      `Cannot read bands of ${folder}: each file must hold one band of type ${finest.dtype} on an ` +
        `unrotated grid, got ${bands.length} of ${dtype} in ${file}`,
    );
  }
  if (!sameCrs(header.crs, finest.crs)) {
    throw new InputError(
      `Cannot read bands of ${folder}: all files must be in one CRS, ${crsName(finest.crs)}, got ` +
        `${crsName(header.crs)} in ${file}`,
    );
  }
  const { columns, rows } = gridMaps(header, finest);
  const covers = ([axis, length, size]: readonly [GridMaps["columns"], number, number]) =>
    Math.min(axis.start, axis.start + axis.step * (length - 1)) > -LACK &&
    Math.max(axis.start, axis.start + axis.step * (length - 1)) < size - 1 + LACK;
  if (
    !covers([columns, finest.width, header.width]) || !covers([rows, finest.height, header.height])
  ) {
    throw new InputError(
      `Cannot read bands of ${folder}: each file must cover the finest one, got a part of it in ` +
        `${file}; do they belong to one scene?`,
    );
  }
}

async function readLayers(
  layers: readonly Layer[],
  header: RasterHeader,
  request: ReadRequest,
): Promise<Raster> {
  const { window, indices } = request;
  const data = pixelArray(header.dtype, window.width * window.height * indices.length);
  // In turn: decoding one band keeps all processors busy, and memory holds the blocks of one band.
  for (const [index, layer] of indices.entries()) {
    const { file, maps, nodata } = layers[layer]!;
    const plan = resamplePlan(maps, { window, coarse: file.header });
    const part = await file.read({ window: plan.window });
    const out = { data, index, bands: indices.length, nodata: header.nodata ?? NaN };
    resampleInto(out, part, { plan, nodata });
  }
  return withValidity({ ...windowHeader(header, request), data });
}

/** Names and paths of the requested bands. */
function chosenFiles(
  { folder, files }: BandFiles,
  bands: readonly string[] | undefined,
): readonly (readonly [string, string])[] {
  const names = bands?.map(normalizeBand) ?? [...files.keys()];
  const missing = names.filter((name) => !files.has(name));
  if (missing.length > 0) {
    throw new InputError(
      `Cannot read bands of ${folder}: there must be a file for ${missing.join(", ")}, ` +
        `got ${[...files.keys()].join(", ")}`,
    );
  }
  return names.map((name) => [name, files.get(name)!] as const);
}

/**
 * Opens files of single bands as one raster; the caller closes it.
 *
 * @throws {InputError} If a band is missing, a file has several bands, pixel types or CRSs differ,
 *   a grid is rotated, or a file does not cover the area of the finest one.
 */
export async function openBandFiles(
  found: BandFiles,
  { bands }: BandFolderOptions = {},
): Promise<RasterFile> {
  const chosen = chosenFiles(found, bands);
  const fill = found.fill ?? found.named?.fill;
  const labelOf = (path: string) => found.labels?.get(path) ?? path.slice(found.folder.length + 1);
  const usual = fill === undefined ? {} : { nodata: fill };
  const results = await Promise.allSettled(
    chosen.map(async ([, path]) =>
      await openImage(path, usual).catch((error: unknown) => {
        const label = found.labels?.get(path);
        if (label === undefined || !(error instanceof Error)) throw error;
        throw new InputError(`Cannot read ${label} of ${found.folder}: ${error.message}`, {
          cause: error,
        });
      })
    ),
  );
  const opened = results.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
  const close = async () => void await Promise.all(opened.map((file) => file.close()));
  try {
    for (const result of results) if (result.status === "rejected") throw result.reason;
    const finest = opened.reduce((best, file) =>
      file.header.width > best.header.width ? file : best
    );
    for (const [i, { header }] of opened.entries()) {
      const path = chosen[i]![1];
      checkLayer(header, finest.header, { folder: found.folder, file: labelOf(path) });
      found.check?.(path, header);
    }
    const { scales: _scales, offsets: _offsets, ...plain } = finest.header;
    const nodata = finest.header.nodata ?? (isWhole(finest.header) ? 0 : undefined);
    const header: RasterHeader = {
      ...plain,
      bands: chosen.map(([name]) => name),
      tags: {},
      ...(nodata === undefined ? {} : { nodata }),
      ...perBand(opened),
    };
    const layers = opened.map((file): Layer => ({
      file,
      maps: gridMaps(file.header, finest.header),
      nodata: nodataOf(file.header),
    }));
    return {
      header,
      blockHeight: finest.blockHeight,
      read: async (options = {}) =>
        await readLayers(layers, header, readRequest(header, options, found.folder)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Scales, if every file states one, and offsets, if any file states one. */
function perBand(files: readonly RasterFile[]): Pick<RasterHeader, "scales" | "offsets"> {
  const scales = files.flatMap(({ header }) => header.scales ?? []);
  const offsets = files.map(({ header }) => header.offsets?.[0]);
  return {
    ...(scales.length === files.length ? { scales } : {}),
    // Files seldom state an offset of 0.
    ...(offsets.some((value) => value !== undefined)
      ? { offsets: offsets.map((value) => value ?? 0) }
      : {}),
  };
}

/**
 * Opens a folder with one file per band as one raster on the finest grid among them; the caller
 * closes it. Coarser bands are resampled bilinearly, by georeference if the files have one. Pixels
 * without data (the nodata value; 0 in integer files that state none) are not mixed into their
 * neighbours.
 *
 * @param folder Folder of GeoTIFF or JPEG 2000 files whose names end in the band, such as `B02.tif`
 *   or `T33UUP_…_B8A_20m.jp2`, flat or in R10m, R20m and R60m. The finest file of each band is
 *   used.
 * @throws {InputError} If the folder or a band is missing, a file has several bands, pixel types or
 *   CRSs differ, a grid is rotated, or a file does not cover the area of the finest one.
 */
export async function openBandFolder(
  folder: string,
  options: BandFolderOptions = {},
): Promise<RasterFile> {
  return await openBandFiles(await findBandFiles(folder), options);
}

/**
 * Reads a folder with one file per band into memory. Coarser bands are resampled to the finest
 * grid, as by {@linkcode openBandFolder}.
 *
 * @returns All bands on the grid of the finest, with its transform and CRS.
 * @throws {InputError} As {@linkcode openBandFolder}.
 */
export async function readBandFolder(
  folder: string,
  { bands = SENTINEL2_NAMES }: BandFolderOptions = {},
): Promise<Raster> {
  const file = await openBandFolder(folder, { bands });
  try {
    return await file.read();
  } finally {
    await file.close();
  }
}
