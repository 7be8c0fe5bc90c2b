/**
 * Encoder of the TIFF header and image file directories, classic and BigTIFF, little-endian.
 *
 * @module
 */

/** A directory entry: tag, field type and values. */
export interface TiffField {
  readonly tag: number;
  readonly type: "ascii" | "short" | "long" | "double" | "offset";
  readonly value: string | readonly number[];
}

/** Codes and sizes in bytes of the field types; offsets are LONG or, in BigTIFF, LONG8. */
const TYPES = {
  ascii: { code: 2, size: 1 },
  short: { code: 3, size: 2 },
  long: { code: 4, size: 4 },
  double: { code: 12, size: 8 },
  long8: { code: 16, size: 8 },
} as const;

interface Layout {
  readonly big: boolean;
  readonly headerSize: number;
  readonly countSize: number;
  readonly entrySize: number;
  readonly pointerSize: number;
}

const CLASSIC: Layout = {
  big: false,
  headerSize: 8,
  countSize: 2,
  entrySize: 12,
  pointerSize: 4,
};
const BIG: Layout = { big: true, headerSize: 16, countSize: 8, entrySize: 20, pointerSize: 8 };

function fieldType({ type }: TiffField, { big }: Layout): { code: number; size: number } {
  return TYPES[type === "offset" ? (big ? "long8" : "long") : type];
}

function valueBytes(field: TiffField, layout: Layout): Uint8Array {
  if (typeof field.value === "string") return new TextEncoder().encode(`${field.value}\0`);
  const { size } = fieldType(field, layout);
  const bytes = new Uint8Array(field.value.length * size);
  const view = new DataView(bytes.buffer);
  field.value.forEach((number, i) => {
    if (field.type === "short") view.setUint16(i * 2, number, true);
    else if (field.type === "double") view.setFloat64(i * 8, number, true);
    else if (size === 8) view.setBigUint64(i * 8, BigInt(number), true);
    else view.setUint32(i * 4, number, true);
  });
  return bytes;
}

function even(value: number): number {
  return value + (value & 1);
}

function directorySize(fields: readonly TiffField[], layout: Layout): number {
  const { countSize, entrySize, pointerSize } = layout;
  const values = fields.map((field) => valueBytes(field, layout).length)
    .filter((length) => length > pointerSize)
    .reduce((sum, length) => sum + even(length), 0);
  return even(countSize + fields.length * entrySize + pointerSize) + values;
}

function setPointer(view: DataView, at: number, value: number): void {
  if (view.byteLength - at >= 8) view.setBigUint64(at, BigInt(value), true);
  else view.setUint32(at, value, true);
}

function writeDirectory(
  fields: readonly TiffField[],
  { at, next, layout }: { readonly at: number; readonly next: number; readonly layout: Layout },
): Uint8Array {
  const { big, countSize, entrySize, pointerSize } = layout;
  const out = new Uint8Array(directorySize(fields, layout));
  const view = new DataView(out.buffer);
  const pointer = (position: number, value: number) =>
    setPointer(new DataView(out.buffer, position, pointerSize), 0, value);
  if (big) view.setBigUint64(0, BigInt(fields.length), true);
  else view.setUint16(0, fields.length, true);
  const sorted = [...fields].sort((a, b) => a.tag - b.tag);
  let free = even(countSize + fields.length * entrySize + pointerSize);
  for (const [i, field] of sorted.entries()) {
    const entry = countSize + i * entrySize;
    const bytes = valueBytes(field, layout);
    const { code, size } = fieldType(field, layout);
    view.setUint16(entry, field.tag, true);
    view.setUint16(entry + 2, code, true);
    pointer(entry + 4, bytes.length / size);
    if (bytes.length <= pointerSize) {
      out.set(bytes, entry + 4 + pointerSize);
    } else {
      pointer(entry + 4 + pointerSize, at + free);
      out.set(bytes, free);
      free += even(bytes.length);
    }
  }
  pointer(countSize + fields.length * entrySize, next);
  return out;
}

/**
 * Encodes the bytes before the tiles: header, ghost area and directories.
 *
 * @param directories The fields of each image, full resolution first.
 * @param ghost Structural metadata of GDAL, placed between header and first directory.
 * @param big Writes BigTIFF.
 */
export function encodeTiffHead(
  directories: readonly (readonly TiffField[])[],
  { ghost, big }: { readonly ghost: string; readonly big: boolean },
): Uint8Array {
  const layout = big ? BIG : CLASSIC;
  const hint = new TextEncoder().encode(ghost);
  const first = even(layout.headerSize + hint.length);
  const sizes = directories.map((fields) => directorySize(fields, layout));
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, first));
  const out = new Uint8Array(sizes.reduce((sum, size) => sum + size, first));
  const view = new DataView(out.buffer);
  out.set([0x49, 0x49, big ? 43 : 42, 0]);
  if (big) {
    view.setUint16(4, 8, true);
    view.setBigUint64(8, BigInt(first), true);
  } else {
    view.setUint32(4, first, true);
  }
  out.set(hint, layout.headerSize);
  directories.forEach((fields, i) =>
    out.set(
      writeDirectory(fields, { at: starts[i]!, next: starts[i + 1] ?? 0, layout }),
      starts[i]!,
    )
  );
  return out;
}
