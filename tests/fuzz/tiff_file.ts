/**
 * TIFF files as values: parsed into directories of tags and stored blocks, and written again with
 * whatever the tags say. Independent of the reader under test.
 */

import { type Bytes, joined } from "./mutate_bytes.ts";

/** Size in bytes of the field types by number; unknown types count as one. */
export const SIZES: readonly number[] = [1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 1, 1, 8, 8, 8];

/** A tag with its values; those of RATIONAL and SRATIONAL are pairs. */
export interface TiffTag {
  readonly tag: number;
  readonly type: number;
  readonly values: readonly number[];
  /** False value that the directory states. */
  readonly lie?: { readonly count?: number; readonly offset?: number };
}

/** An image: its tags without the positions of blocks, and its blocks. */
export interface TiffPage {
  readonly tags: readonly TiffTag[];
  readonly blocks: readonly Uint8Array[];
  readonly tiled: boolean;
  /** Positions that are stated in place of the true ones, by block. */
  readonly positions?: ReadonlyMap<number, number>;
  /** Sizes that are stated in place of the true ones, by block. */
  readonly sizes?: ReadonlyMap<number, number>;
}

export interface TiffFile {
  readonly littleEndian: boolean;
  readonly big: boolean;
  readonly pages: readonly TiffPage[];
  /** Position of the next directory after the last, in place of 0. */
  readonly next?: number;
}

const OFFSETS = [273, 324];
const COUNTS = [279, 325];

function read(view: DataView, at: number, { type, little }: { type: number; little: boolean }) {
  switch (type) {
    case 3:
      return view.getUint16(at, little);
    case 4:
    case 5:
    case 13:
      return view.getUint32(at, little);
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, little);
    case 9:
    case 10:
      return view.getInt32(at, little);
    case 11:
      return view.getFloat32(at, little);
    case 12:
      return view.getFloat64(at, little);
    case 16:
    case 18:
      return Number(view.getBigUint64(at, little));
    case 17:
      return Number(view.getBigInt64(at, little));
    default:
      return view.getUint8(at);
  }
}

function bigint(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

function write(view: DataView, at: number, value: number, { type, little }: {
  readonly type: number;
  readonly little: boolean;
}): void {
  switch (type) {
    case 3:
    case 8:
      return view.setUint16(at, value, little);
    case 4:
    case 5:
    case 9:
    case 10:
    case 13:
      return view.setUint32(at, value, little);
    case 11:
      return view.setFloat32(at, value, little);
    case 12:
      return view.setFloat64(at, value, little);
    case 16:
    case 17:
    case 18:
      return view.setBigUint64(at, BigInt.asUintN(64, bigint(value)), little);
    default:
      return view.setUint8(at, value);
  }
}

/** Bytes of one number: a RATIONAL is two. */
const unit = (type: number) => type === 5 || type === 10 ? 4 : SIZES[type] ?? 1;
const perValue = (type: number) => type === 5 || type === 10 ? 2 : 1;

function encode({ type, values }: Pick<TiffTag, "type" | "values">, little: boolean): Bytes {
  const size = unit(type);
  const out = new Uint8Array(values.length * size);
  const view = new DataView(out.buffer);
  values.forEach((value, i) => write(view, i * size, value, { type, little }));
  return out;
}

/** Parses a sound file. */
export function parseTiff(bytes: Uint8Array): TiffFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const big = view.getUint16(2, little) === 43;
  const pointer = (at: number) =>
    big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const pages: TiffPage[] = [];
  for (let at = pointer(big ? 8 : 4); at !== 0;) {
    const count = big ? Number(view.getBigUint64(at, little)) : view.getUint16(at, little);
    const [start, step, width] = big ? [at + 8, 20, 8] : [at + 2, 12, 4];
    const tags: TiffTag[] = [];
    for (let i = 0; i < count; i++) {
      const entry = start + i * step;
      const type = view.getUint16(entry + 2, little);
      const length = pointer(entry + 4) * perValue(type);
      const size = unit(type);
      const inline = entry + 4 + width;
      const from = length * size <= width ? inline : pointer(inline);
      const values = Array.from(
        { length },
        (_, v) => read(view, from + v * size, { type, little }),
      );
      tags.push({ tag: view.getUint16(entry, little), type, values });
    }
    const offsets = tags.find(({ tag }) => OFFSETS.includes(tag))?.values ?? [];
    const counts = tags.find(({ tag }) => COUNTS.includes(tag))?.values ?? [];
    pages.push({
      tags: tags.filter(({ tag }) => ![...OFFSETS, ...COUNTS].includes(tag)),
      blocks: offsets.map((offset, i) => bytes.slice(offset, offset + counts[i]!)),
      tiled: tags.some(({ tag }) => tag === 324),
    });
    at = pointer(start + count * step);
  }
  return { littleEndian: little, big, pages };
}

/** Writes a file: header, then blocks, values and directory of each page. */
export function writeTiff({ littleEndian: little, big, pages, next = 0 }: TiffFile): Bytes {
  const [pointerSize, entrySize, countSize] = big ? [8, 20, 8] : [4, 12, 2];
  const parts: Uint8Array[] = [];
  let at = 0;
  const add = (bytes: Uint8Array) => {
    parts.push(bytes);
    at += bytes.length;
  };
  const number = (value: number, size: number): Bytes => {
    const out = new Uint8Array(size);
    write(new DataView(out.buffer), 0, value, {
      type: size === 8 ? 16 : size === 4 ? 4 : 3,
      little,
    });
    return out;
  };
  add(new TextEncoder().encode(little ? "II" : "MM"));
  add(number(big ? 43 : 42, 2));
  if (big) add(joined(number(8, 2), number(0, 2)));
  const starts: number[] = [];
  const links: number[] = [parts.length];
  add(number(0, pointerSize));
  for (const { tags, blocks, tiled, positions, sizes } of pages) {
    const offsets: number[] = [];
    const counts: number[] = [];
    blocks.forEach((block, i) => {
      // Without bytes, a block is not stored.
      offsets.push(positions?.get(i) ?? (block.length === 0 ? 0 : at));
      counts.push(sizes?.get(i) ?? block.length);
      add(block);
    });
    const type = big ? 16 : 4;
    const all = [
      ...tags,
      { tag: OFFSETS[tiled ? 1 : 0]!, type, values: offsets },
      { tag: COUNTS[tiled ? 1 : 0]!, type, values: counts },
    ].sort((a, b) => a.tag - b.tag);
    const entries: Uint8Array[] = [];
    for (const one of all) {
      const { tag, type, values, lie = {} } = one as TiffTag;
      const bytes = encode({ type, values }, little);
      let field: Uint8Array;
      if (lie.offset !== undefined) field = number(lie.offset, pointerSize);
      else if (bytes.length <= pointerSize) {
        field = joined(bytes, new Uint8Array(pointerSize - bytes.length));
      } else {
        if (at % 2 === 1) add(new Uint8Array(1));
        field = number(at, pointerSize);
        add(bytes);
      }
      const count = lie.count ?? values.length / perValue(type);
      entries.push(joined(number(tag, 2), number(type, 2), number(count, pointerSize), field));
    }
    if (at % 2 === 1) add(new Uint8Array(1));
    starts.push(at);
    add(number(all.length, countSize));
    for (const entry of entries) add(entry.subarray(0, entrySize));
    links.push(parts.length);
    add(number(0, pointerSize));
  }
  links.forEach((link, i) => parts[link] = number(starts[i] ?? next, pointerSize));
  return joined(...parts);
}
