/**
 * Reading GeoTIFF files: the one door to geotiff.js.
 *
 * @module
 */

import { fromFile, fromUrl, type GeoTIFF, type GeoTIFFImage } from "npm:geotiff@3.0.5";
import {
  type Crs,
  type DataType,
  type GeoTransform,
  InputError,
  type PixelArray,
  type Raster,
} from "../core/mod.ts";
import { normalizeBand, SENTINEL2_NAMES } from "./bands.ts";
import { type GdalMetadata, parseGdalMetadata } from "./gdal_metadata.ts";
import { epsgOf, isPixelIsPoint, shiftTransform } from "./georeference.ts";
import {
  bandIndices,
  checkWindow,
  type RasterFile,
  type RasterHeader,
  type ReadRasterOptions,
  wholeWindow,
  windowHeader,
} from "./raster_file.ts";

const DTYPES: Readonly<Record<string, DataType>> = {
  "1:8": "uint8",
  "1:16": "uint16",
  "1:32": "uint32",
  "2:16": "int16",
  "2:32": "int32",
  "3:32": "float32",
  "3:64": "float64",
};

function readCrs(image: GeoTIFFImage): Crs | undefined {
  const value = (tag: "GeoKeyDirectory" | "GeoDoubleParams" | "GeoAsciiParams") =>
    image.fileDirectory.getValue(tag);
  const directory = value("GeoKeyDirectory") as ArrayLike<number> | undefined;
  if (directory === undefined) return undefined;
  const doubles = value("GeoDoubleParams") as ArrayLike<number> | undefined;
  const ascii = value("GeoAsciiParams") as string | undefined;
  const keys = Array.from(directory);
  const epsg = epsgOf(keys);
  return {
    ...(epsg === undefined ? {} : { epsg }),
    geoKeys: {
      directory: keys,
      ...(doubles === undefined ? {} : { doubles: Array.from(doubles) }),
      ...(ascii === undefined ? {} : { ascii: ascii.replace(/\0+$/, "") }),
    },
  };
}

function readTransform(image: GeoTIFFImage, crs: Crs | undefined): GeoTransform | undefined {
  const directory = image.fileDirectory;
  const matrix = directory.getValue("ModelTransformation") as ArrayLike<number> | undefined;
  const scale = directory.getValue("ModelPixelScale") as ArrayLike<number> | undefined;
  const tie = directory.getValue("ModelTiepoint") as ArrayLike<number> | undefined;
  let transform: GeoTransform;
  if (matrix !== undefined) {
    transform = [matrix[3]!, matrix[0]!, matrix[1]!, matrix[7]!, matrix[4]!, matrix[5]!];
  } else if (scale !== undefined && tie !== undefined) {
    const [sx, sy] = [scale[0]!, scale[1]!];
    transform = [tie[3]! - tie[0]! * sx, sx, 0, tie[4]! + tie[1]! * sy, 0, -sy];
  } else {
    return undefined;
  }
  return isPixelIsPoint(crs) ? shiftTransform(transform, { column: -0.5, row: -0.5 }) : transform;
}

function bandNames(count: number, { descriptions }: GdalMetadata): readonly string[] {
  const fallback = count === SENTINEL2_NAMES.length && descriptions.size === 0
    ? SENTINEL2_NAMES
    : undefined;
  return Array.from(
    { length: count },
    (_, i) => normalizeBand(descriptions.get(i) || (fallback?.[i] ?? `${i + 1}`)),
  );
}

async function readHeader(image: GeoTIFFImage): Promise<RasterHeader> {
  const count = image.getSamplesPerPixel();
  const kinds = Array.from(
    { length: count },
    (_, i) => `${image.getSampleFormat(i)}:${image.getBitsPerSample(i)}`,
  );
  const dtype = DTYPES[kinds[0]!];
  if (dtype === undefined || kinds.some((kind) => kind !== kinds[0])) {
    throw new TypeError(
      `all bands must be of one type out of ${Object.values(DTYPES).join(", ")}, ` +
        `got sample format:bits ${[...new Set(kinds)].join(" ")}`,
    );
  }
  const xml = image.fileDirectory.hasTag("GDAL_METADATA")
    ? await image.fileDirectory.loadValue("GDAL_METADATA") as string
    : "";
  const metadata = parseGdalMetadata(xml);
  const crs = readCrs(image);
  const transform = readTransform(image, crs);
  const stated = image.getGDALNoData();
  // As pixels hold it: decimal text seldom names a float32 exactly.
  const nodata = stated !== null && dtype === "float32" ? Math.fround(stated) : stated;
  const perBand = (values: ReadonlyMap<number, number>, fallback: number) =>
    Array.from({ length: count }, (_, i) => values.get(i) ?? fallback);
  return {
    width: image.getWidth(),
    height: image.getHeight(),
    bands: bandNames(count, metadata),
    dtype,
    ...(transform === undefined ? {} : { transform }),
    ...(crs === undefined ? {} : { crs }),
    ...(nodata === null ? {} : { nodata }),
    tags: metadata.tags,
    ...(metadata.scales.size === 0 ? {} : { scales: perBand(metadata.scales, 1) }),
    ...(metadata.offsets.size === 0 ? {} : { offsets: perBand(metadata.offsets, 0) }),
  };
}

async function readPixels(
  image: GeoTIFFImage,
  header: RasterHeader,
  { window = wholeWindow(header), bands }: ReadRasterOptions,
): Promise<Raster> {
  checkWindow(window, header);
  const indices = bandIndices(header, bands);
  const { column, row, width, height } = window;
  const pixels = await image.readRasters({
    interleave: true,
    window: [column, row, column + width, row + height],
    samples: [...indices],
  });
  return { ...windowHeader(header, { window, indices }), data: pixels as unknown as PixelArray };
}

/** Runs `work` and puts the file's name in front of what goes wrong. */
async function named<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Cannot read raster ${file}: ${reason}`;
    if (error instanceof RangeError) throw new RangeError(message, { cause: error });
    throw new InputError(message, { cause: error });
  }
}

async function open(name: string): Promise<GeoTIFF> {
  if (/^https?:\/\//.test(name)) return await fromUrl(name);
  const info = await Deno.stat(name).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) throw new TypeError("the file must exist");
    throw error;
  });
  if (!info.isFile) throw new TypeError("it must be a file, got a folder");
  return await fromFile(name);
}

/**
 * Opens a GeoTIFF; the caller closes it.
 *
 * @param source A path, or an `http(s):` address of which only the parts needed are read.
 * @throws {InputError} If the file is missing, is no GeoTIFF, or has a pixel type we do not read.
 */
export async function openRaster(source: string | URL): Promise<RasterFile> {
  const text = String(source);
  const file = text.startsWith("file:") ? decodeURIComponent(new URL(text).pathname) : text;
  const tiff = await named(file, () => open(file));
  try {
    const image = await named(file, () => tiff.getImage());
    const header = await named(file, () => readHeader(image));
    return {
      header,
      blockHeight: Math.max(1, image.getTileHeight()),
      read: (options = {}) => named(file, () => readPixels(image, header, options)),
      close: async () => void await tiff.close(),
    };
  } catch (error) {
    await tiff.close();
    throw error;
  }
}

/**
 * Reads a GeoTIFF into memory.
 *
 * Band names come from GDAL's band descriptions; without any, 13 bands are taken as Sentinel-2
 * L1C in the order of SEN12MS-CR, and others are "1", "2", ….
 *
 * @param source A path or an address.
 * @returns Pixels [height, width, bands] in the file's own numbers; CRS keys as they were.
 * @throws {InputError} If the file is missing, is no GeoTIFF, or has a pixel type we do not read.
 * @throws {RangeError} If the window or a band is not in the file.
 */
export async function readRaster(
  source: string | URL,
  options: ReadRasterOptions = {},
): Promise<Raster> {
  const file = await openRaster(source);
  try {
    return await file.read(options);
  } finally {
    await file.close();
  }
}
