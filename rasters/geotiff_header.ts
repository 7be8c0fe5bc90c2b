/**
 * The header of a GeoTIFF: size, bands, pixel type, georeference and metadata.
 *
 * @module
 */

import { type Crs, type DataType, pixelArray } from "../core/mod.ts";
import type { AuxFile } from "./aux_file.ts";
import { bandNames } from "./band_names.ts";
import { GDAL_METADATA, parseGdalMetadata } from "./gdal_metadata.ts";
import { parseGeoKeys } from "./geo_keys.ts";
import { readTransform } from "./geotiff_transform.ts";
import type { RasterHeader } from "./raster_file.ts";
import type { TiffDirectory } from "./tiff_directory.ts";
import { integersOf, realsOf, textOf } from "./tiff_values.ts";
import type { TiffImage } from "./tiff_image.ts";

const GEO_KEYS = 34735;
const GEO_DOUBLES = 34736;
const GEO_ASCII = 34737;
const GDAL_NODATA = 42113;

/** Largest number of values in the GeoKeys; GDAL's have less than 200. */
const MAX_KEYS = 2 ** 16;

/** Reads the CRS, and the anchor of its coordinates. */
async function readCrs(
  directory: TiffDirectory,
): Promise<{ readonly crs?: Crs; readonly isPixelIsPoint: boolean }> {
  for (const tag of [GEO_KEYS, GEO_DOUBLES, GEO_ASCII]) {
    const count = directory.entries.get(tag)?.count ?? 0;
    if (count > MAX_KEYS) {
      throw new TypeError(
        `tag ${tag} must hold up to ${MAX_KEYS} values, got ${count}; the file is damaged: ` +
          "download or copy it again",
      );
    }
  }
  const keys = await integersOf(directory, GEO_KEYS);
  if (keys === undefined) return { isPixelIsPoint: false };
  const doubles = await realsOf(directory, GEO_DOUBLES);
  const ascii = await textOf(directory, GEO_ASCII);
  const geoKeys = {
    directory: keys,
    ...(doubles === undefined ? {} : { doubles }),
    ...(ascii === undefined ? {} : { ascii }),
  };
  const { epsg, name, isPixelIsPoint } = await parseGeoKeys(geoKeys);
  const identity = epsg !== undefined ? { epsg } : name !== undefined ? { name } : {};
  return { crs: { ...identity, geoKeys }, isPixelIsPoint };
}

/** Decimal numbers; GDAL also reads hexadecimal ones, and takes any other text for 0. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/;

/** Nodata value as GDAL writes it. @throws {TypeError} If the text is not a number. */
function parseNodata(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const word = text.trim().toLowerCase();
  if (/^[+-]?nan\b/.test(word)) return NaN;
  const infinite = /^([+-]?)inf/.exec(word);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  if (DECIMAL.test(word)) return Number(word);
  throw new TypeError(
    `its nodata value must be a number, got ${JSON.stringify(text.slice(0, 40))}; state it anew: ` +
      "gdal_translate -a_nodata VALUE IN OUT.tif",
  );
}

/** The nodata value as GDAL compares it with pixels; undefined if it is outside of their range. */
function heldBy(value: number | undefined, dtype: DataType): number | undefined {
  if (value === undefined || dtype === "float64") return value;
  // A decimal string seldom is a float32 exactly.
  if (dtype === "float32") return Math.fround(value);
  const whole = Math.trunc(value);
  const inRange = pixelArray(dtype, 1).fill(whole)[0] === whole && (value >= 0 || whole !== 0);
  return inRange ? whole : undefined;
}

/** Nodata beside the file, which must be that of all bands; else the file's own. */
function nodataBeside(
  { nodata, path }: AuxFile,
  { own, count }: { readonly own: number | undefined; readonly count: number },
): number | undefined {
  if (nodata.length === 0) return own;
  const values = nodata.map(parseNodata);
  const all = values.length < count ? [...values, own] : values;
  if (all.every((value) => Object.is(value, all[0]))) return all[0];
  throw new TypeError(
    `its bands must have one nodata value, got ${all.map((value) => value ?? "none").join(", ")} ` +
      `with ${path}; give them one: gdal_translate -a_nodata ${values[0]} IN OUT.tif`,
  );
}

/**
 * Reads size, bands, pixel type, georeference and metadata of an image.
 *
 * @param given Names of the bands and nodata, where the file states none.
 * @throws {TypeError} If the names do not fit the bands, or a tag is damaged.
 */
export async function readGeotiffHeader(
  { directory, layout }: TiffImage,
  given: {
    readonly bandNames?: readonly string[];
    readonly nodata?: number;
    /** Metadata that GDAL keeps next to the file. */
    readonly beside?: AuxFile | undefined;
  },
): Promise<RasterHeader> {
  const { width, height, samples: count, coding: { dtype } } = layout;
  const metadata = parseGdalMetadata(await textOf(directory, GDAL_METADATA) ?? "");
  const { beside } = given;
  const { crs, isPixelIsPoint } = await readCrs(directory);
  if (crs === undefined && beside?.hasCrs) {
    throw new TypeError(
      `its CRS must be in the file, got one in ${beside.path}; write it into a copy: ` +
        "gdal_translate IN OUT.tif",
    );
  }
  const transform = beside?.transform ??
    await readTransform(directory, { crs, isPixelIsPoint });
  const own = parseNodata(await textOf(directory, GDAL_NODATA));
  const stated = beside === undefined ? own : nodataBeside(beside, { own, count });
  const nodata = heldBy(stated, dtype) ?? heldBy(given.nodata, dtype);
  const perBand = <T>(values: ReadonlyMap<number, T>, fallback: T) =>
    Array.from({ length: count }, (_, i) => values.get(i) ?? fallback);
  const bands = bandNames({ count, alpha: layout.alpha }, metadata, given.bandNames);
  const isGuess = given.bandNames === undefined && metadata.descriptions.size === 0 &&
    bands[0] === "B01";
  return {
    width,
    height,
    bands,
    dtype,
    ...(transform === undefined ? {} : { transform }),
    ...(crs === undefined ? {} : { crs }),
    ...(nodata === undefined ? {} : { nodata }),
    tags: metadata.tags,
    ...(isGuess ? { assumedBands: true } : {}),
    ...(metadata.scales.size === 0 ? {} : { scales: perBand(metadata.scales, 1) }),
    ...(metadata.offsets.size === 0 ? {} : { offsets: perBand(metadata.offsets, 0) }),
    ...(metadata.units.size === 0 ? {} : { units: perBand(metadata.units, "") }),
    ...(metadata.acquired === undefined ? {} : { acquired: metadata.acquired }),
  };
}
