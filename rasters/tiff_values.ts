/**
 * Values of the tags of a TIFF directory, whose types and counts are checked.
 *
 * @module
 */

import { type TiffDirectory, TYPE_SIZES, unsigned, viewOf } from "./tiff_directory.ts";

/** Names of the field types, for messages. */
const TYPE_NAMES: readonly string[] = [
  ...["0", "BYTE", "ASCII", "SHORT", "LONG", "RATIONAL", "SBYTE", "UNDEFINED", "SSHORT", "SLONG"],
  ...["SRATIONAL", "FLOAT", "DOUBLE", "IFD", "14", "15", "LONG8", "SLONG8", "IFD8"],
];
/** Field types of unsigned integers; those of directories are none, as in libtiff. */
const UNSIGNED: readonly number[] = [1, 3, 4, 16];
/** Field types of positions and sizes in the file. */
const POSITIONS: readonly number[] = [3, 4, 16];
const FLOAT = 11;
const DOUBLE = 12;
/** Field types of text; some writers store it as bytes. */
const TEXT: readonly number[] = [1, 2, 7];
/** Largest size of the values of a tag in bytes, such as the positions of 2²⁵ tiles. */
const MAX_TAG_BYTES = 2 ** 28;

/** Loads the values of a tag; undefined if the image has no such tag. */
async function valuesOf(
  { source, entries }: TiffDirectory,
  tag: number,
  { types, kind }: { readonly types: readonly number[]; readonly kind: string },
): Promise<{ readonly view: DataView; readonly type: number; readonly count: number } | undefined> {
  const entry = entries.get(tag);
  if (entry === undefined) return undefined;
  const { type, count, offset } = entry;
  if (!types.includes(type)) {
    throw new TypeError(
      `tag ${tag} must hold ${kind}, got type ${
        TYPE_NAMES[type] ?? type
      }; the file is damaged: download or copy it again`,
    );
  }
  const bytes = count * TYPE_SIZES[type]!;
  if (bytes > MAX_TAG_BYTES) {
    throw new TypeError(
      `tag ${tag} must have up to ${MAX_TAG_BYTES} bytes, got ${bytes}; use larger tiles: ` +
        "gdal_translate -co TILED=YES IN OUT.tif",
    );
  }
  return { view: await viewOf(source, offset, bytes), type, count };
}

/**
 * Reads the unsigned integers of a tag; undefined if the image has no such tag.
 *
 * @throws {TypeError} If the tag has another type.
 */
export async function integersOf(
  directory: TiffDirectory,
  tag: number,
): Promise<readonly number[] | undefined> {
  return await readIntegers(directory, tag, UNSIGNED);
}

/**
 * Reads the positions or sizes of a tag; undefined if the image has no such tag.
 *
 * @throws {TypeError} If the tag has another type.
 */
export async function positionsOf(
  directory: TiffDirectory,
  tag: number,
): Promise<readonly number[] | undefined> {
  return await readIntegers(directory, tag, POSITIONS);
}

async function readIntegers(
  directory: TiffDirectory,
  tag: number,
  types: readonly number[],
): Promise<readonly number[] | undefined> {
  const found = await valuesOf(directory, tag, { types, kind: "integers" });
  if (found === undefined) return undefined;
  const { littleEndian } = directory;
  const size = TYPE_SIZES[found.type]!;
  const values = new Array<number>(found.count);
  for (let i = 0; i < found.count; i++) {
    values[i] = unsigned(found.view, i * size, { size, littleEndian });
  }
  return values;
}

/**
 * Reads the only integer of a tag; undefined if the image has no such tag.
 *
 * @throws {TypeError} If the tag has another type or another number of values.
 */
export async function integerOf(
  directory: TiffDirectory,
  tag: number,
): Promise<number | undefined> {
  const count = directory.entries.get(tag)?.count;
  if (count !== undefined && count !== 1) {
    throw new TypeError(
      `tag ${tag} must hold one integer, got ${count}; the file is damaged: download or copy it again`,
    );
  }
  return (await integersOf(directory, tag))?.[0];
}

/**
 * Reads the floating-point numbers of a tag; undefined if the image has no such tag.
 *
 * @throws {TypeError} If the tag has another type.
 */
export async function realsOf(
  directory: TiffDirectory,
  tag: number,
): Promise<readonly number[] | undefined> {
  const types = [FLOAT, DOUBLE];
  const found = await valuesOf(directory, tag, { types, kind: "floating-point numbers" });
  if (found === undefined) return undefined;
  const { view, type, count } = found;
  const { littleEndian } = directory;
  return Array.from(
    { length: count },
    (_, i) =>
      type === DOUBLE ? view.getFloat64(i * 8, littleEndian) : view.getFloat32(i * 4, littleEndian),
  );
}

/**
 * Reads the text of a tag, up to the first NUL; undefined if the image has no such tag.
 *
 * @throws {TypeError} If the tag has another type.
 */
export async function textOf(directory: TiffDirectory, tag: number): Promise<string | undefined> {
  const found = await valuesOf(directory, tag, { types: TEXT, kind: "text" });
  if (found === undefined) return undefined;
  return new TextDecoder().decode(found.view).split("\0", 1)[0]!;
}
