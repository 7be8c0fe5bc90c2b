/**
 * Reader of the first image file directory of a TIFF: TIFF 6.0 and BigTIFF, both byte orders.
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
const TYPE_SIZES: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
/** Largest number of tags in a directory; no writer uses nearly as many. */
const MAX_ENTRIES = 4096;
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
  ["<?xml", "an XML document; check the address"],
  ["version https://git-lfs", "a Git LFS pointer; run: git lfs pull"],
];

/** Reason and remedy of a file that ends too early. */
export const CUT = "it is cut off: download or copy it again";

async function viewOf(source: ByteSource, offset: number, length: number): Promise<DataView> {
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

function unsigned(view: DataView, at: number, { size, littleEndian }: {
  readonly size: number;
  readonly littleEndian: boolean;
}): number {
  if (size === 8) return Number(view.getBigUint64(at, littleEndian));
  if (size === 4) return view.getUint32(at, littleEndian);
  return size === 2 ? view.getUint16(at, littleEndian) : view.getUint8(at);
}

export async function readTiffDirectory(source: ByteSource): Promise<TiffDirectory> {
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
  const [countSize, entrySize, pointerSize] = big ? [8, 20, 8] : [2, 12, 4];
  const first = unsigned(view, big ? 8 : 4, { size: pointerSize, littleEndian });
  const count = unsigned(await viewOf(source, first, countSize), 0, {
    size: countSize,
    littleEndian,
  });
  if (count < 1 || count > MAX_ENTRIES) {
    throw new TypeError(`its directory must have 1 to ${MAX_ENTRIES} tags, got ${count}; ${CUT}`);
  }
  const table = await viewOf(source, first + countSize, count * entrySize);
  const entries = new Map<number, Entry>();
  for (let i = 0; i < count; i++) {
    const at = i * entrySize;
    const tag = table.getUint16(at, littleEndian);
    const type = table.getUint16(at + 2, littleEndian);
    const values = unsigned(table, at + 4, { size: pointerSize, littleEndian });
    const bytes = values * (TYPE_SIZES[type] ?? 0);
    const inline = at + 4 + pointerSize;
    const offset = bytes <= pointerSize
      ? first + countSize + inline
      : unsigned(table, inline, { size: pointerSize, littleEndian });
    if (offset + bytes > source.size) {
      throw new TypeError(
        `tag ${tag} must lie within the file of ${source.size} bytes, got byte ` +
          `${offset + bytes}; ${CUT}`,
      );
    }
    entries.set(tag, { type, count: values, offset });
  }
  return { source, littleEndian, entries };
}

/** Reads the integers of a tag; undefined if the image has no such tag. */
export async function numbersOf(
  { source, littleEndian, entries }: TiffDirectory,
  tag: number,
): Promise<readonly number[] | undefined> {
  const entry = entries.get(tag);
  if (entry === undefined) return undefined;
  const size = TYPE_SIZES[entry.type] ?? 0;
  if (![1, 2, 4, 8].includes(size)) return undefined;
  const view = await viewOf(source, entry.offset, entry.count * size);
  return Array.from(
    { length: entry.count },
    (_, i) => unsigned(view, i * size, { size, littleEndian }),
  );
}
