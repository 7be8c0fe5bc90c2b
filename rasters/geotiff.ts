/**
 * Reading GeoTIFF files: the one door to geotiff.js.
 *
 * @module
 */

import { promisify } from "node:util";
import { inflate } from "node:zlib";
import { BaseDecoder, GeoTIFF, type GeoTIFFImage, getDecoder } from "npm:geotiff@3.0.5";
import {
  type Crs,
  type DataType,
  type GeoTransform,
  InputError,
  type PixelArray,
  type Raster,
} from "../core/mod.ts";
import { type ByteSource, openByteSource, pathOf } from "../files/mod.ts";
import { bandNames } from "./band_names.ts";
import { parseGdalMetadata } from "./gdal_metadata.ts";
import { epsgOf, isPixelIsPoint, shiftTransform } from "./georeference.ts";
import {
  type RasterFile,
  type RasterHeader,
  type ReadRasterOptions,
  type ReadRequest,
  readRequest,
  windowHeader,
} from "./raster_file.ts";
import { readBlocks } from "./tiff_blocks.ts";
import { readTiffLayout } from "./tiff_layout.ts";

/** Options of {@linkcode openRaster}. */
export interface OpenRasterOptions {
  /**
   * Names of the bands in order, where the file states none; names that are no Sentinel-2 bands, as
   * "Gray", give way to them.
   */
  readonly bandNames?: readonly string[];
}

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

async function readHeader(
  image: GeoTIFFImage,
  { bandNames: given }: OpenRasterOptions,
): Promise<RasterHeader> {
  const count = image.getSamplesPerPixel();
  const kinds = Array.from(
    { length: count },
    (_, i) => `${image.getSampleFormat(i)}:${image.getBitsPerSample(i)}`,
  );
  const dtype = DTYPES[kinds[0]!];
  if (dtype === undefined || kinds.some((kind) => kind !== kinds[0])) {
    throw new TypeError(
      `its bands must be of one type out of ${Object.values(DTYPES).join(", ")}, ` +
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
  const stated = image.getGDALNoData();
  // As pixels hold it: decimal text seldom names a float32 exactly.
  const nodata = stated !== null && dtype === "float32" ? Math.fround(stated) : stated;
  const perBand = (values: ReadonlyMap<number, number>, fallback: number) =>
    Array.from({ length: count }, (_, i) => values.get(i) ?? fallback);
  return {
    width: image.getWidth(),
    height: image.getHeight(),
    bands: bandNames(count, metadata, given),
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
  request: ReadRequest,
): Promise<Raster> {
  const plain = windowHeader(header, request);
  const decoder = await blockDecoder(image);
  if (decoder === undefined) {
    const { window: { column, row, width, height }, indices } = request;
    const pixels = await image.readRasters({
      interleave: true,
      window: [column, row, column + width, row + height],
      samples: [...indices],
    });
    return { ...plain, data: pixels as unknown as PixelArray };
  }
  const data = await readBlocks({
    width: header.width,
    height: header.height,
    blockWidth: image.getTileWidth(),
    blockHeight: image.getTileHeight(),
    samples: header.bands.length,
    separate: image.planarConfiguration === 2,
    dtype: header.dtype,
    block: async (x, y, sample) => (await image.getTileOrStrip(x, y, sample, decoder)).data,
  }, request);
  return { ...plain, data };
}

/** Runs `work` and puts the file's name in front of what goes wrong. */
async function named<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // What we find wrong says what to do; what the decoder finds does not.
    const cure = error instanceof TypeError
      ? ""
      : "; download or copy it again, or rewrite it: gdal_translate IN OUT.tif";
    const message = `Cannot read raster ${file}: ${reason.split("\n")[0]}${cure}`;
    throw new InputError(message, { cause: error });
  }
}

const inflateAsync = promisify<Uint8Array, Uint8Array>(inflate);

/** DEFLATE by the runtime's zlib, several times as fast as geotiff.js's own. */
class Inflate extends BaseDecoder {
  override async decodeBlock(buffer: ArrayBufferLike): Promise<ArrayBufferLike> {
    const bytes = await inflateAsync(new Uint8Array(buffer));
    // A predictor reads the buffer from its start.
    const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    return whole ? bytes.buffer : Uint8Array.from(bytes).buffer;
  }
}

/** TIFF's numbers of DEFLATE. */
const DEFLATE: readonly number[] = [8, 32946];

/** A decoder of blocks that we put together ourselves; undefined where geotiff.js has to. */
async function blockDecoder(image: GeoTIFFImage): Promise<BaseDecoder | undefined> {
  const value = async (tag: "Compression" | "Predictor" | "BitsPerSample") =>
    image.fileDirectory.hasTag(tag) ? await image.fileDirectory.loadValue(tag) : undefined;
  const compression = (await value("Compression") ?? 1) as number;
  if (!image.littleEndian || ![1, ...DEFLATE].includes(compression)) return undefined;
  const parameters = {
    tileWidth: image.getTileWidth(),
    tileHeight: image.getTileHeight(),
    predictor: (await value("Predictor") ?? 1) as number,
    bitsPerSample: await value("BitsPerSample") as number[],
    planarConfiguration: image.planarConfiguration,
  };
  return compression === 1
    ? await getDecoder(compression, parameters) as BaseDecoder
    : new Inflate(parameters);
}

interface Slice {
  readonly offset: number;
  readonly length: number;
}

/** The first image, read through `source`; it knows where its blocks are. */
async function openImage(source: ByteSource): Promise<GeoTIFFImage> {
  const layout = await readTiffLayout(source);
  const fetchSlice = async ({ offset, length }: Slice) => ({
    offset,
    length,
    data: await source.read(offset, length),
  });
  const tiff = await GeoTIFF.fromSource({
    fileSize: source.size,
    fetchSlice,
    fetch: (slices: readonly Slice[]) =>
      Promise.all(slices.map(async (slice) => (await fetchSlice(slice)).data)),
    close: () => Promise.resolve(),
  });
  const image = await tiff.getImage();
  // Left to itself geotiff.js asks for each of these numbers alone, and takes them for little-endian.
  const { actualizedFields, deferredArrays } = image.fileDirectory;
  for (
    const [tag, values] of [
      [layout.offsetsTag, layout.offsets],
      [layout.byteCountsTag, layout.byteCounts],
    ] as const
  ) {
    actualizedFields.set(tag, [...values]);
    deferredArrays.delete(tag);
  }
  return image;
}

/**
 * Opens a GeoTIFF; the caller closes it.
 *
 * @param source A path, or an `http(s):` address of which only the parts needed are read.
 * @throws {InputError} If the file is missing, is no GeoTIFF, is cut off or damaged, has a pixel type
 *   we do not read, or states other bands than `bandNames`.
 */
export async function openRaster(
  source: string | URL,
  options: OpenRasterOptions = {},
): Promise<RasterFile> {
  const name = pathOf(source);
  const bytes = await named(name, () => openByteSource(name));
  try {
    const image = await named(name, () => openImage(bytes));
    const header = await named(name, () => readHeader(image, options));
    return {
      header,
      blockHeight: Math.max(1, image.getTileHeight()),
      async read(options = {}) {
        const request = readRequest(header, options, name);
        return await named(name, () => readPixels(image, header, request));
      },
      close: () => Promise.resolve(bytes.close()),
    };
  } catch (error) {
    bytes.close();
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
