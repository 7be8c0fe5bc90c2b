/**
 * Rasters as plain data: pixels, band names and what is needed to write them back where they came
 * from.
 *
 * @module
 */

/** Pixel types that are read and written. */
export type DataType = "uint8" | "uint16" | "int16" | "uint32" | "int32" | "float32" | "float64";

/** Pixels of a {@linkcode DataType}. */
export type PixelArray =
  | Uint8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/**
 * Affine map from pixel corner (column, row) to CRS coordinates, in GDAL's order:
 * x = a + b·column + c·row, y = d + e·column + f·row.
 */
export type GeoTransform = readonly [number, number, number, number, number, number];

/** A coordinate reference system as GeoTIFF keys; kept as it was read and written back unchanged. */
export interface Crs {
  /** EPSG code, where the keys name one. */
  readonly epsg?: number;
  /** GeoKeyDirectoryTag, GeoDoubleParamsTag and GeoAsciiParamsTag of the file. */
  readonly geoKeys: {
    readonly directory: readonly number[];
    readonly doubles?: readonly number[];
    readonly ascii?: string;
  };
}

/** Pixels with their place on Earth. */
export interface Raster {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Band names in order, as "B02". */
  readonly bands: readonly string[];
  /** Pixels, [height, width, bands] row-major with the band fastest, in the file's own numbers. */
  readonly data: PixelArray;
  readonly dtype: DataType;
  readonly transform?: GeoTransform;
  readonly crs?: Crs;
  /** The value that marks a pixel without data. */
  readonly nodata?: number;
  /** Free tags (GDAL metadata items of the file). */
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

/** Zeros of a pixel type. */
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
