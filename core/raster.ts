/**
 * Rasters as plain data: pixels, band names, and the metadata of their files.
 *
 * @module
 */

/** Supported pixel types. */
export type DataType = "uint8" | "uint16" | "int16" | "uint32" | "int32" | "float32" | "float64";

/** Array of pixels of a {@linkcode DataType}. */
export type PixelArray =
  | Uint8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/**
 * Affine transform from pixel corner (column, row) to CRS coordinates, in GDAL's order:
 * x = a + b·column + c·row, y = d + e·column + f·row.
 */
export type GeoTransform = readonly [number, number, number, number, number, number];

/** Coordinate reference system (CRS) as GeoTIFF keys, which are written back as they were read. */
export interface Crs {
  /** EPSG code, if the keys contain one. */
  readonly epsg?: number;
  /** Name in the keys, of a CRS without code. */
  readonly name?: string;
  /** GeoKeyDirectoryTag, GeoDoubleParamsTag and GeoAsciiParamsTag of the file. */
  readonly geoKeys: {
    readonly directory: readonly number[];
    readonly doubles?: readonly number[];
    readonly ascii?: string;
  };
}

/** Georeferenced pixels of one or several bands. */
export interface Raster {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Band names in order, such as "B02". */
  readonly bands: readonly string[];
  /** Stored values, [height, width, bands], not scaled. */
  readonly data: PixelArray;
  /**
   * 1 for pixels with data, 0 for missing ones, [height, width]. Undefined: as `nodata` and NaN
   * tell. Readers of files set it where a pixel is missing, from nodata, NaN, masks and alpha.
   */
  readonly valid?: Uint8Array;
  /** Pixel type of `data`. */
  readonly dtype: DataType;
  /** Position of the pixels in the CRS. */
  readonly transform?: GeoTransform;
  /** CRS of the transform. */
  readonly crs?: Crs;
  /** Value of pixels without data. */
  readonly nodata?: number;
  /** Stored value of reflectance 1. Default 10000; for uint8 pixels 255. */
  readonly reflectanceScale?: number;
  /** Metadata items of the file (GDAL metadata). */
  readonly tags?: Readonly<Record<string, string>>;
}

const ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Creates an array of zeros of a pixel type. */
export function pixelArray(dtype: DataType, length: number): PixelArray {
  return new ARRAYS[dtype](length);
}

/** The pixel type of an array. */
export function dataTypeOf(data: PixelArray): DataType {
  for (const [name, type] of Object.entries(ARRAYS)) {
    if (data instanceof type) return name as DataType;
  }
  throw new TypeError(`Cannot store pixels: the array type is unknown, got ${typeof data}`);
}

/** Stored value of reflectance 1: the scale of the raster, or the default of its pixel type. */
export function reflectanceScaleOf(
  { dtype, reflectanceScale }: Pick<Raster, "dtype" | "reflectanceScale">,
): number {
  return reflectanceScale ?? (dtype === "uint8" ? 255 : 10000);
}

/**
 * Converts pixels to reflectance, [height, width, bands]: stored values divided by
 * {@linkcode reflectanceScaleOf}.
 *
 * @throws {RangeError} If the scale is not a positive number.
 *
 * @example
 * ```ts
 * import { toReflectance } from "./raster.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const size = { width: 2, height: 1, bands: ["B02"] };
 * const data = Uint16Array.of(2500, 10000);
 * assertEquals([...toReflectance({ ...size, dtype: "uint16", data })], [0.25, 1]);
 * ```
 */
export function toReflectance(raster: Raster): Float32Array {
  const scale = reflectanceScaleOf(raster);
  if (!(scale > 0 && scale < Infinity)) {
    throw new RangeError(
      `Cannot convert a raster to reflectance: reflectanceScale must be a positive number, got ` +
        scale,
    );
  }
  return Float32Array.from(raster.data, (value) => value / scale);
}

/** Index of a named band. @throws {RangeError} If the raster has no such band. */
export function bandIndex(raster: Raster, band: string): number {
  const index = raster.bands.indexOf(band);
  if (index < 0) {
    throw new RangeError(
      `Cannot find band ${band}: the raster must have it, got ${raster.bands.join(", ")}`,
    );
  }
  return index;
}
