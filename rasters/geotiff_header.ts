/**
 * The header of a GeoTIFF: size, bands, pixel type, georeference and metadata.
 *
 * @module
 */

import type { Crs, DataType, GeoTransform } from "../core/mod.ts";
import { bandNames } from "./band_names.ts";
import { parseGdalMetadata } from "./gdal_metadata.ts";
import { epsgOf, isPixelIsPoint, shiftTransform } from "./georeference.ts";
import type { RasterHeader } from "./raster_file.ts";
import type { GeoTIFFImage } from "./tiff_image.ts";

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

/**
 * Reads size, bands, pixel type, georeference and metadata of an image.
 *
 * @param given Names of the bands and nodata, where the file states none.
 * @throws {TypeError} If the bands have several pixel types, or one that is not read; if `given`
 *   does not fit the bands.
 */
export async function readGeotiffHeader(
  image: GeoTIFFImage,
  { bandNames: given, nodata: usual }: {
    readonly bandNames?: readonly string[] | undefined;
    readonly nodata?: number | undefined;
  },
): Promise<RasterHeader> {
  const count = image.getSamplesPerPixel();
  const kinds = Array.from(
    { length: count },
    (_, i) => `${image.getSampleFormat(i)}:${image.getBitsPerSample(i)}`,
  );
  const dtype = DTYPES[kinds[0]!];
  if (dtype === undefined || kinds.some((kind) => kind !== kinds[0])) {
    throw new TypeError(
      `its bands must have one pixel type of ${Object.values(DTYPES).join(", ")}, ` +
        `got sample format:bits ${[...new Set(kinds)].join(" ")}; convert it: gdal_translate -ot ` +
        `UInt16 IN OUT.tif`,
    );
  }
  const xml = image.fileDirectory.hasTag("GDAL_METADATA")
    ? await image.fileDirectory.loadValue("GDAL_METADATA") as string
    : "";
  const metadata = parseGdalMetadata(xml);
  const crs = readCrs(image);
  const transform = readTransform(image, crs);
  const stated = image.getGDALNoData() ?? usual ?? null;
  // Rounded as the pixels are: a decimal string seldom is a float32 exactly.
  const nodata = stated !== null && dtype === "float32" ? Math.fround(stated) : stated;
  const perBand = (values: ReadonlyMap<number, number>, fallback: number) =>
    Array.from({ length: count }, (_, i) => values.get(i) ?? fallback);
  const bands = bandNames(count, metadata, given);
  const isGuess = given === undefined && metadata.descriptions.size === 0 && bands[0] === "B01";
  return {
    width: image.getWidth(),
    height: image.getHeight(),
    bands,
    dtype,
    ...(transform === undefined ? {} : { transform }),
    ...(crs === undefined ? {} : { crs }),
    ...(nodata === null ? {} : { nodata }),
    tags: metadata.tags,
    ...(isGuess ? { assumedBands: true } : {}),
    ...(metadata.scales.size === 0 ? {} : { scales: perBand(metadata.scales, 1) }),
    ...(metadata.offsets.size === 0 ? {} : { offsets: perBand(metadata.offsets, 0) }),
  };
}
