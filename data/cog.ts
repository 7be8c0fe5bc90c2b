/**
 * Writing Cloud-Optimized GeoTIFFs: tiles, DEFLATE with a predictor, overviews, directories before
 * the data and GDAL's ghost area, so that `gdalinfo` reports LAYOUT=COG.
 *
 * @module
 */

import { type DataType, dataTypeOf, type Raster } from "../core/mod.ts";
import { checkOverwrite, writeFileAtomically } from "./atomic_file.ts";
import { encodeLevels, type Level } from "./cog_levels.ts";
import { formatGdalMetadata } from "./gdal_metadata.ts";
import { isPixelIsPoint, shiftTransform } from "./georeference.ts";
import { encodeTiffHead, type TiffField } from "./tiff_directory.ts";
import { predictorOf } from "./tiff_tile.ts";

/** Options of {@linkcode writeCog}. */
export interface WriteCogOptions {
  /** Whether an existing file may be replaced. Default false. */
  readonly overwrite?: boolean;
  /** Added to the raster's own tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Scale of each band: physical = stored · scale + offset. */
  readonly scales?: readonly number[];
  /** Offset of each band. */
  readonly offsets?: readonly number[];
  /** Side of the tiles. Default 512, or 256 where the image is no larger than that. */
  readonly tileSize?: 256 | 512;
  /** BigTIFF; default where the file may pass 4 GB. */
  readonly bigTiff?: boolean;
}

/** Sample format and bits of each pixel type. */
const FORMATS: Readonly<Record<DataType, readonly [number, number]>> = {
  uint8: [1, 8],
  uint16: [1, 16],
  uint32: [1, 32],
  int16: [2, 16],
  int32: [2, 32],
  float32: [3, 32],
  float64: [3, 64],
};

const LAYOUT = "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n" +
  "BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ";
const GHOST = `GDAL_STRUCTURAL_METADATA_SIZE=${
  String(LAYOUT.length).padStart(6, "0")
} bytes\n${LAYOUT}`;

/** DEFLATE can grow incompressible data a little; tiles are padded; overviews add a third. */
const BIG_TIFF_ESTIMATE = 1.4;
const LEADER = 4;
const TRAILER = 4;

function geoFields({ transform, crs }: Raster): readonly TiffField[] {
  const fields: TiffField[] = [];
  if (transform !== undefined) {
    const [a, b, c, d, e, f] = isPixelIsPoint(crs)
      ? shiftTransform(transform, { column: 0.5, row: 0.5 })
      : transform;
    if (c === 0 && e === 0 && b > 0 && f < 0) {
      fields.push({ tag: 33550, type: "double", value: [b, -f, 0] });
      fields.push({ tag: 33922, type: "double", value: [0, 0, 0, a, d, 0] });
    } else {
      const matrix = [b, c, 0, a, e, f, 0, d, 0, 0, 0, 0, 0, 0, 0, 1];
      fields.push({ tag: 34264, type: "double", value: matrix });
    }
  }
  if (crs !== undefined) {
    const { directory, doubles, ascii } = crs.geoKeys;
    fields.push({ tag: 34735, type: "short", value: directory });
    if (doubles !== undefined) fields.push({ tag: 34736, type: "double", value: doubles });
    if (ascii !== undefined) fields.push({ tag: 34737, type: "ascii", value: ascii });
  }
  return fields;
}

function metadataFields(raster: Raster, options: WriteCogOptions): readonly TiffField[] {
  const indexed = <T>(values: readonly T[] = []) =>
    new Map(values.map((value, i) => [i, value] as const));
  const xml = formatGdalMetadata({
    tags: { ...raster.tags, ...options.tags },
    descriptions: indexed(raster.bands),
    scales: indexed(options.scales),
    offsets: indexed(options.offsets),
  });
  return [{ tag: 42112, type: "ascii", value: xml }];
}

function nodataText(value: number): string {
  return Number.isNaN(value) ? "nan" : String(value);
}

/** The fields of one level; `offsets` are where its tiles begin. */
function levelFields(
  { raster, tiles }: Level,
  { side, offsets, first, options }: {
    readonly side: number;
    readonly offsets: readonly number[];
    readonly first: boolean;
    readonly options: WriteCogOptions;
  },
): readonly TiffField[] {
  const bands = raster.bands.length;
  const [format, bits] = FORMATS[raster.dtype];
  const each = (value: number) => Array.from({ length: bands }, () => value);
  const short = (tag: number, ...value: number[]): TiffField => ({ tag, type: "short", value });
  return [
    { tag: 254, type: "long", value: [first ? 0 : 1] },
    { tag: 256, type: "long", value: [raster.width] },
    { tag: 257, type: "long", value: [raster.height] },
    short(258, ...each(bits)),
    short(259, 8),
    short(262, 1),
    short(277, bands),
    short(284, 1),
    short(317, predictorOf(raster.dtype)),
    short(322, side),
    short(323, side),
    { tag: 324, type: "offset", value: offsets },
    { tag: 325, type: "long", value: tiles.map((tile) => tile.length) },
    ...(bands > 1 ? [short(338, ...each(0).slice(1))] : []),
    short(339, ...each(format)),
    ...(first ? [...geoFields(raster), ...metadataFields(raster, options)] : []),
    ...(raster.nodata === undefined
      ? []
      : [{ tag: 42113, type: "ascii", value: nodataText(raster.nodata) } as const]),
  ];
}

/** Where the tiles of each level begin: the smallest overview first, full resolution last. */
function tileOffsets(levels: readonly Level[], start: number): readonly (readonly number[])[] {
  let at = start;
  const offsets = [...levels].reverse().map(({ tiles }) =>
    tiles.map((tile) => {
      const offset = at + LEADER;
      at = offset + tile.length + TRAILER;
      return offset;
    })
  );
  return offsets.reverse();
}

function* fileChunks(head: Uint8Array, levels: readonly Level[]): Generator<Uint8Array> {
  yield head;
  for (const { tiles } of [...levels].reverse()) {
    for (const tile of tiles) {
      const framed = new Uint8Array(LEADER + tile.length + TRAILER);
      new DataView(framed.buffer).setUint32(0, tile.length, true);
      framed.set(tile, LEADER);
      framed.set(tile.subarray(-TRAILER), LEADER + tile.length);
      yield framed;
    }
  }
}

function checkRaster(path: string, raster: Raster, { scales, offsets }: WriteCogOptions): void {
  const { width, height, bands, data, dtype } = raster;
  const count = bands.length;
  if (!(width > 0 && height > 0 && count > 0) || data.length !== width * height * count) {
    throw new TypeError(
      `Cannot write ${path}: the raster must have ${height}×${width}×${count} pixels, ` +
        `got ${data.length}`,
    );
  }
  if (dataTypeOf(data) !== dtype) {
    throw new TypeError(
      `Cannot write ${path}: pixels must be ${dtype} as stated, got ${dataTypeOf(data)}`,
    );
  }
  for (const [name, values] of [["scales", scales], ["offsets", offsets]] as const) {
    if (values !== undefined && values.length !== count) {
      throw new TypeError(
        `Cannot write ${path}: there must be ${count} ${name}, got ${values.length}`,
      );
    }
  }
}

/**
 * Writes a Cloud-Optimized GeoTIFF with the raster's CRS, transform, nodata, band names and tags.
 *
 * The file appears under its name only when it is complete.
 *
 * @throws {TypeError} If the file exists and `overwrite` is not set, or the pixels do not fit what
 *   the raster states.
 *
 * @example
 * ```ts
 * import { writeCog } from "./cog.ts";
 * import { readRaster } from "./geotiff.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".tif" });
 * const data = new Uint16Array([1, 2, 3, 4, 5, 6]);
 * await writeCog(path, { width: 3, height: 2, bands: ["B02"], dtype: "uint16", data }, {
 *   overwrite: true,
 * });
 * assertEquals((await readRaster(path)).data, data);
 * ```
 */
export async function writeCog(
  path: string,
  raster: Raster,
  options: WriteCogOptions = {},
): Promise<void> {
  checkRaster(path, raster, options);
  const { overwrite = false } = options;
  await checkOverwrite(path, { overwrite });
  const side = options.tileSize ?? (Math.max(raster.width, raster.height) <= 256 ? 256 : 512);
  const big = options.bigTiff ?? raster.data.byteLength * BIG_TIFF_ESTIMATE > 2 ** 32;
  const levels = await encodeLevels(raster, side);
  const head = (offsets: readonly (readonly number[])[]) =>
    encodeTiffHead(
      levels.map((level, i) =>
        levelFields(level, { side, offsets: offsets[i]!, first: i === 0, options })
      ),
      { ghost: GHOST, big },
    );
  // The size of the head does not depend on the offsets in it.
  const start = head(tileOffsets(levels, 0)).length;
  await writeFileAtomically(path, fileChunks(head(tileOffsets(levels, start)), levels), {
    overwrite,
  });
}
