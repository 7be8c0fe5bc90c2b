/**
 * The head of a Cloud-Optimized GeoTIFF: GDAL's ghost area, so that `gdalinfo` reports LAYOUT=COG,
 * and a directory for each resolution. The tiles follow it.
 *
 * @module
 */

import type { DataType, Raster } from "../core/mod.ts";
import { acquisitionTime, tiffTime } from "./acquisition_time.ts";
import type { LevelSize } from "./cog_levels.ts";
import { LEADER, TRAILER } from "./cog_spool.ts";
import { colorInterpretations } from "./color_interpretation.ts";
import { formatGdalMetadata } from "./gdal_metadata.ts";
import { isPixelIsPoint, shiftTransform } from "./georeference.ts";
import { colorMap, type RasterClass } from "./raster_classes.ts";
import { encodeTiffHead, type TiffField } from "./tiff_head.ts";
import { predictorOf } from "./tiff_tile.ts";

/** A raster without its pixels. */
export type CogHeader = Omit<Raster, "data">;

/** Options of `writeCog`. */
export interface WriteCogOptions {
  /** Replaces an existing file. Default false. */
  readonly overwrite?: boolean;
  /** Tags to add to those of the raster. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Scale of each band: physical = stored · scale + offset. */
  readonly scales?: readonly number[];
  /** Offset of each band. */
  readonly offsets?: readonly number[];
  /** Unit of each band after scale and offset, such as "reflectance"; empty for none. */
  readonly units?: readonly string[];
  /** Acquisition time (UTC), as `2018-07-05T10:30:31Z`, or the day alone. */
  readonly acquired?: string;
  /**
   * Classes by value, from 0, of a raster with one band of uint8. Their colours are a colour table, and
   * their names are in `NAME.tif.aux.xml`, where GDAL looks for them.
   */
  readonly classes?: readonly RasterClass[];
  /** Side of the tiles in pixels. Default 512, or 256 for images of up to 256×256 pixels. */
  readonly tileSize?: 256 | 512;
  /** Writes BigTIFF. Default: for files over 4 GB. */
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

/** Photometric interpretations. */
const MIN_IS_BLACK = 1;
const PALETTE = 3;

const LAYOUT = "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n" +
  "BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ";
const GHOST = `GDAL_STRUCTURAL_METADATA_SIZE=${
  String(LAYOUT.length).padStart(6, "0")
} bytes\n${LAYOUT}`;

function geoFields({ transform, crs }: CogHeader): readonly TiffField[] {
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

function metadataFields(header: CogHeader, options: WriteCogOptions): readonly TiffField[] {
  const indexed = <T>(values: readonly T[] = []) =>
    new Map(values.map((value, i) => [i, value] as const));
  const xml = formatGdalMetadata({
    tags: { ...header.tags, ...options.tags },
    descriptions: indexed(header.bands),
    scales: indexed(options.scales),
    offsets: indexed(options.offsets),
    units: new Map(indexed(options.units).entries().filter(([, unit]) => unit !== "")),
    colors: indexed(colorInterpretations(header.bands)),
    acquired: options.acquired && acquisitionTime(options.acquired),
  });
  return [
    ...(options.acquired === undefined
      ? []
      : [{ tag: 306, type: "ascii", value: tiffTime(options.acquired) } as const]),
    { tag: 42112, type: "ascii", value: xml },
  ];
}

function nodataText(value: number): string {
  return Number.isNaN(value) ? "nan" : String(value);
}

/** One resolution: its size and the size in bytes of each compressed tile, row by row. */
interface CogLevel {
  readonly size: LevelSize;
  readonly counts: readonly number[];
}

/** The fields of one level; `offsets` are the positions of its tiles in the file. */
function levelFields(
  header: CogHeader,
  { size, counts }: CogLevel,
  { side, offsets, first, options }: {
    readonly side: number;
    readonly offsets: readonly number[];
    readonly first: boolean;
    readonly options: WriteCogOptions;
  },
): readonly TiffField[] {
  const bands = header.bands.length;
  const [format, bits] = FORMATS[header.dtype];
  const each = (value: number) => Array.from({ length: bands }, () => value);
  const short = (tag: number, ...value: number[]): TiffField => ({ tag, type: "short", value });
  const { classes } = options;
  return [
    { tag: 254, type: "long", value: [first ? 0 : 1] },
    { tag: 256, type: "long", value: [size.width] },
    { tag: 257, type: "long", value: [size.height] },
    short(258, ...each(bits)),
    short(259, 8),
    short(262, classes === undefined ? MIN_IS_BLACK : PALETTE),
    short(277, bands),
    short(284, 1),
    short(317, predictorOf(header.dtype)),
    ...(classes === undefined ? [] : [short(320, ...colorMap(classes))]),
    short(322, side),
    short(323, side),
    { tag: 324, type: "offset", value: offsets },
    { tag: 325, type: "offset", value: counts },
    ...(bands > 1 ? [short(338, ...each(0).slice(1))] : []),
    short(339, ...each(format)),
    ...(first ? [...geoFields(header), ...metadataFields(header, options)] : []),
    ...(header.nodata === undefined
      ? []
      : [{ tag: 42113, type: "ascii", value: nodataText(header.nodata) } as const]),
  ];
}

/**
 * Positions of the tiles of each level in the file: smallest overview first, full resolution last.
 */
function tileOffsets(levels: readonly CogLevel[], start: number) {
  let end = start;
  const offsets = [...levels].reverse().map(({ counts }) =>
    counts.map((count) => {
      const offset = end + LEADER;
      end = offset + count + TRAILER;
      return offset;
    })
  );
  return { offsets: offsets.reverse(), end };
}

/**
 * Encodes the bytes before the tiles, as BigTIFF if the file is too large for 32-bit offsets or if
 * the options ask for it.
 *
 * @param levels Full resolution first.
 */
export function encodeCogHead(
  header: CogHeader,
  levels: readonly CogLevel[],
  { side, options }: { readonly side: number; readonly options: WriteCogOptions },
): Uint8Array {
  const encode = (big: boolean, offsets: readonly (readonly number[])[]) =>
    encodeTiffHead(
      levels.map((level, i) =>
        levelFields(header, level, { side, offsets: offsets[i]!, first: i === 0, options })
      ),
      { ghost: GHOST, big },
    );
  // The size of the head does not depend on the offsets in it.
  const blank = levels.map(({ counts }) => counts.map(() => 0));
  const end = (big: boolean) => tileOffsets(levels, encode(big, blank).length);
  const classic = options.bigTiff === true ? undefined : end(false);
  if (classic !== undefined && classic.end < 2 ** 32) return encode(false, classic.offsets);
  return encode(true, end(true).offsets);
}
