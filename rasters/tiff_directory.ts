/**
 * Reader of image file directories (IFD) of TIFF files: TIFF 6.0 and BigTIFF, both byte orders.
 * Positions, types and counts are checked before anything is allocated.
 *
 * @module
 */

import type { ByteSource } from "../files/mod.ts";

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Position of the values in the file. */
  readonly offset: number;
}

/** The tags of one image. */
export interface TiffDirectory {
  readonly source: ByteSource;
  readonly littleEndian: boolean;
  readonly entries: ReadonlyMap<number, Entry>;
}

/** Size in bytes of the field types of TIFF 6.0 and BigTIFF, by number. */
export const TYPE_SIZES: readonly number[] = [
  0,
  1,
  1,
  2,
  4,
  8,
  1,
  1,
  2,
  4,
  8,
  4,
  8,
  4,
  0,
  0,
  8,
  8,
  8,
];
/** Largest number of tags in a directory; no writer uses nearly as many. */
const MAX_ENTRIES = 4096;
/** Largest number of directories in a file: images, resolutions and masks. */
const MAX_DIRECTORIES = 1024;
/** First bytes of other formats, with the remedy. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ["\x89PNG", "a PNG picture; use the original image"],
  ["\xff\xd8\xff", "a JPEG picture; use the original image"],
  ["\0\0\0\x0cjP  ", "JPEG 2000; convert it: gdal_translate IN OUT.tif"],
  ["\xff\x4f\xff\x51", "JPEG 2000; convert it: gdal_translate IN OUT.tif"],
  ["PK", "a ZIP archive; unpack it first"],
  ["\x1f\x8b", "a gzip archive; unpack it first"],
  ["\x89HDF", "HDF or NetCDF; convert it: gdal_translate IN OUT.tif"],
  ["CDF", "NetCDF; convert it: gdal_translate IN OUT.tif"],
  ["<!doctype html", "a web page; check the address, or log in and download the file"],
  ["<html", "a web page; check the address, or log in and download the file"],
  [
    "<vrtdataset",
    "a VRT, which points to other files; write their pixels: gdal_translate IN OUT.tif",
  ],
  ["<?xml", "an XML document; check the address"],
  ["version https://git-lfs", "a Git LFS pointer; run: git lfs pull"],
];

/** Reason and remedy of a file that ends too early. */
export const CUT = "it is cut off: download or copy it again";

/** Reads bytes of a directory or of a tag. @throws {TypeError} If the file lacks some. */
export async function viewOf(
  source: ByteSource,
  offset: number,
  length: number,
): Promise<DataView> {
  if (!(offset >= 0 && offset + length <= source.size)) {
    throw new TypeError(
      `its directory must lie within the file of ${source.size} bytes, got byte ` +
        `${offset + length}; ${CUT}`,
    );
  }
  const bytes = await source.read(offset, length);
  if (bytes.byteLength < length) {
    throw new TypeError(`it must have byte ${offset + length}, got the end of the file; ${CUT}`);
  }
  return new DataView(bytes);
}

/** An unsigned integer; beyond 2⁵³ it is rounded. */
export function unsigned(view: DataView, at: number, { size, littleEndian }: {
  readonly size: number;
  readonly littleEndian: boolean;
}): number {
  if (size === 8) return Number(view.getBigUint64(at, littleEndian));
  if (size === 4) return view.getUint32(at, littleEndian);
  return size === 2 ? view.getUint16(at, littleEndian) : view.getUint8(at);
}

/** Byte order, format and position of the first directory. */
interface TiffStart {
  readonly littleEndian: boolean;
  /** True for BigTIFF, whose counts and positions have 8 bytes. */
  readonly big: boolean;
  readonly first: number;
}

async function readStart(source: ByteSource): Promise<TiffStart> {
  if (source.size === 0) {
    throw new TypeError("it must be a GeoTIFF, got an empty file; download or export it again");
  }
  const start = new Uint8Array(await source.read(0, 16));
  const text = String.fromCharCode(...start, ...new Uint8Array(await source.read(16, 16)));
  const order = text.slice(0, 2);
  const littleEndian = order === "II";
  const view = new DataView(start.buffer);
  const magic = start.length < 16 ? 0 : view.getUint16(2, littleEndian);
  if ((order !== "II" && order !== "MM") || (magic !== 42 && magic !== 43)) {
    // A TIFF signature, but fewer bytes than the smallest TIFF has.
    const isCut = /^(?:II|MM)/.test(order) && start.length < 16;
    const known = SIGNATURES.find(([begin]) =>
      text.startsWith(begin) || text.trimStart().toLowerCase().startsWith(begin)
    )?.[1];
    throw new TypeError(
      `it must be a GeoTIFF, got ${
        known ??
          `a file that begins with ${JSON.stringify(text)}; ${
            isCut ? CUT : "check the path, or convert it: gdal_translate IN OUT.tif"
          }`
      }`,
    );
  }
  const big = magic === 43;
  if (big && (view.getUint16(4, littleEndian) !== 8 || view.getUint16(6, littleEndian) !== 0)) {
    throw new TypeError(
      "its BigTIFF header must state offsets of 8 bytes; the file is damaged: download or copy it again",
    );
  }
  const first = unsigned(view, big ? 8 : 4, { size: big ? 8 : 4, littleEndian });
  return { littleEndian, big, first };
}

async function readDirectory(
  source: ByteSource,
  at: number,
  { littleEndian, big }: TiffStart,
): Promise<{ readonly directory: TiffDirectory; readonly next: number }> {
  const [countSize, entrySize, pointerSize] = big ? [8, 20, 8] : [2, 12, 4];
  const count = unsigned(await viewOf(source, at, countSize), 0, { size: countSize, littleEndian });
  if (count < 1 || count > MAX_ENTRIES) {
    throw new TypeError(`its directory must have 1 to ${MAX_ENTRIES} tags, got ${count}; ${CUT}`);
  }
  const tableSize = count * entrySize;
  const table = await viewOf(source, at + countSize, tableSize + pointerSize);
  const pointer = (position: number) =>
    unsigned(table, position, { size: pointerSize, littleEndian });
  const entries = new Map<number, Entry>();
  for (let entry = 0; entry < tableSize; entry += entrySize) {
    const tag = table.getUint16(entry, littleEndian);
    const type = table.getUint16(entry + 2, littleEndian);
    const values = pointer(entry + 4);
    const bytes = values * (TYPE_SIZES[type] ?? 0);
    const inline = entry + 4 + pointerSize;
    const offset = bytes <= pointerSize ? at + countSize + inline : pointer(inline);
    if (offset + bytes > source.size) {
      throw new TypeError(
        `tag ${tag} must lie within the file of ${source.size} bytes, got byte ` +
          `${offset + bytes}; ${CUT}`,
      );
    }
    if (entries.has(tag)) {
      throw new TypeError(
        `tag ${tag} must occur once, got several; the file is damaged: download or copy it again`,
      );
    }
    entries.set(tag, { type, count: values, offset });
  }
  return { directory: { source, littleEndian, entries }, next: pointer(tableSize) };
}

/**
 * Reads all directories of a file, in order.
 *
 * @throws {TypeError} If the file is not a TIFF, or a directory is cut off or damaged.
 */
export async function readTiffDirectories(source: ByteSource): Promise<readonly TiffDirectory[]> {
  const start = await readStart(source);
  const directories: TiffDirectory[] = [];
  const seen = new Set<number>();
  for (let at = start.first; at !== 0 || directories.length === 0;) {
    if (seen.has(at) || seen.size === MAX_DIRECTORIES) {
      throw new TypeError(
        `it must have up to ${MAX_DIRECTORIES} directories, got ` +
          `${seen.has(at) ? "a loop" : "more"}; the file is damaged: download or copy it again`,
      );
    }
    seen.add(at);
    const { directory, next } = await readDirectory(source, at, start);
    directories.push(directory);
    at = next;
  }
  return directories;
}
