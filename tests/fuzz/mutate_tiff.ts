/**
 * Random changes of TIFF files that know the format: tags with their types, counts, offsets and
 * values, blocks, directories. Most keep the file readable, so that what is read can be compared.
 */

import { deflateSync, zstdCompressSync } from "node:zlib";
import type { Draws } from "./draws.ts";
import { type Bytes, INTEGERS, mutateBytes } from "./mutate_bytes.ts";
import { mutateWords } from "./mutate_text.ts";
import { parseTiff, type TiffFile, type TiffPage, type TiffTag, writeTiff } from "./tiff_file.ts";

/** Values that each tag has in some files, and a few that it must not have. */
const KNOWN: Readonly<Record<number, readonly number[]>> = {
  254: [0, 1, 2, 3, 4, 5, 8],
  255: [1, 2, 3],
  256: [0, 1, 2, 15, 16, 17, 22, 23, 24, 32, 1000, 65535, 2 ** 31 - 1, 2 ** 32 - 1],
  257: [0, 1, 2, 15, 16, 17, 18, 19, 32, 1000, 65535, 2 ** 31 - 1, 2 ** 32 - 1],
  258: [0, 1, 2, 4, 8, 12, 16, 24, 32, 33, 64, 128],
  259: [0, 1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 34887, 34925, 50000, 50001, 50002],
  262: [0, 1, 2, 3, 4, 5, 6, 8, 9, 32844],
  266: [1, 2, 3],
  274: [1, 2, 3, 4, 5, 6, 7, 8],
  277: [0, 1, 2, 3, 4, 5, 65535],
  278: [0, 1, 2, 5, 18, 1000, 2 ** 32 - 1],
  284: [0, 1, 2, 3],
  317: [0, 1, 2, 3, 4, 65535],
  322: [0, 1, 8, 15, 16, 17, 32, 64, 65536, 2 ** 31],
  323: [0, 1, 8, 15, 16, 17, 32, 64, 65536, 2 ** 31],
  338: [0, 1, 2, 3],
  339: [0, 1, 2, 3, 4, 5, 6, 7],
  320: [0, 255, 65535],
  330: [0, 8, 100],
  33550: [0, 1, -1, 10, 1e-300, Infinity, NaN],
  33922: [0, 1, 0.5, 1e300, NaN],
  34264: [0, 1, -1, 10, NaN],
  34735: [0, 1, 2, 3, 1024, 1025, 3072, 2048, 32767, 32633, 34736, 65535],
  34736: [0, 1, NaN],
  34737: [0, 65, 124],
  42112: [0, 60, 62],
  42113: [0, 45, 48, 55, 110],
  50674: [0, 1, 2, 3, 4],
  50844: [0, 1],
};
const TAGS = Object.keys(KNOWN).map(Number);
const ARRAYS: readonly number[] = [258, 320, 338, 339, 33550, 33922, 34264, 34735, 34736];
const TEXTS: readonly number[] = [42112, 42113, 34737, 270, 305];
const TYPES: readonly number[] = [
  0,
  1,
  2,
  3,
  3,
  4,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  16,
  17,
  18,
  65535,
];
const METADATA: readonly string[] = [
  '<GDALMetadata><Item name="SCALE" sample="0" role="scale">0.5</Item></GDALMetadata>',
  '<GDALMetadata><Item name="OFFSET" sample="1" role="offset">nan</Item><Item name="__proto__">1</Item></GDALMetadata>',
  '<GDALMetadata><Item name="DESCRIPTION" sample="0" role="description">B&amp;amp;02</Item></GDALMetadata>',
  '<GDALMetadata><Item name="A" domain="x">1</Item><Item sample="-1" role="description">B02</Item></GDALMetadata>',
];

type Replace = (tags: readonly TiffTag[], draws: Draws) => readonly TiffTag[];

function valueFor(tag: number, draws: Draws): number {
  return draws.chance(0.8) ? draws.pick(KNOWN[tag] ?? INTEGERS) : draws.pick(INTEGERS);
}

function textTag(tag: number, text: string): TiffTag {
  return { tag, type: 2, values: [...new TextEncoder().encode(text), 0] };
}

function textOf({ values }: TiffTag): string {
  return new TextDecoder().decode(Uint8Array.from(values)).replace(/\0$/, "");
}

/** One tag, changed in a way that its kind allows. */
function changedTag(one: TiffTag, draws: Draws): TiffTag {
  const { tag, values } = one;
  const way = draws.below(10);
  if (TEXTS.includes(tag) && way < 6) return textTag(tag, mutateWords(textOf(one), draws));
  if (way === 0) return { ...one, type: draws.pick(TYPES) };
  if (way === 1) {
    const count = draws.chance(0.5) ? draws.pick(INTEGERS) : values.length + draws.pick([-1, 1, 2]);
    return { ...one, lie: { count: Math.max(0, count) } };
  }
  if (way === 2) return { ...one, lie: { offset: draws.pick(INTEGERS) } };
  if (way === 3) return { ...one, tag: draws.pick(TAGS) };
  if (way === 4) {
    return {
      ...one,
      values: draws.pick([values.slice(1), [...values, ...values], values.slice(0, 1), []]),
    };
  }
  const at = draws.below(Math.max(1, values.length));
  const value = valueFor(tag, draws);
  const all = draws.chance(0.4);
  return { ...one, values: values.map((old, i) => all || i === at ? value : old) };
}

const TAG_CHANGES: readonly Replace[] = [
  // A value.
  (tags, draws) => {
    const at = draws.below(tags.length);
    return tags.map((one, i) => i === at ? changedTag(one, draws) : one);
  },
  // A value of the tags that decide how pixels are stored.
  (tags, draws) => {
    const tag = draws.pick([256, 257, 258, 259, 262, 277, 278, 284, 317, 322, 323, 338, 339]);
    const value = valueFor(tag, draws);
    return tags.map((one) =>
      one.tag === tag ? { ...one, values: one.values.map(() => value) } : one
    );
  },
  // A tag is gone.
  (tags, draws) => {
    const at = draws.below(tags.length);
    return tags.filter((_, i) => i !== at);
  },
  // A tag is new, or there twice.
  (tags, draws) => {
    const tag = draws.pick(TAGS);
    if (TEXTS.includes(tag)) {
      const text = tag === 42112
        ? draws.pick(METADATA)
        : draws.pick(["7", "-9999", "nan", "inf", "1e40", "0x5", ""]);
      return [...tags.filter((one) => one.tag !== tag), textTag(tag, text)];
    }
    const length = ARRAYS.includes(tag) ? 1 + draws.below(16) : 1;
    const real = tag >= 33550 && tag <= 34736 && tag !== 34735;
    const type = draws.chance(0.8) ? real ? 12 : draws.pick([3, 4]) : draws.pick(TYPES);
    const values = Array.from({ length }, () => valueFor(tag, draws));
    const others = draws.chance(0.1) ? tags : tags.filter((one) => one.tag !== tag);
    return [...others, { tag, type, values }];
  },
];

/** Zeros as DEFLATE or Zstandard holds them. */
const zeros = new Map<string, Uint8Array>();
function compressed(coder: "deflate" | "zstd", length: number): Uint8Array {
  const key = `${coder} ${length}`;
  const known = zeros.get(key);
  if (known !== undefined) return known;
  const made = (coder === "zstd" ? zstdCompressSync : deflateSync)(new Uint8Array(length));
  zeros.set(key, made);
  return made;
}

function changedBlocks(page: TiffPage, draws: Draws): TiffPage {
  const { blocks } = page;
  if (blocks.length === 0) return { ...page, blocks: [draws.bytes(20)] };
  const at = draws.below(blocks.length);
  const block = blocks[at]!;
  const put = (bytes: Uint8Array): TiffPage => ({
    ...page,
    blocks: blocks.map((one, i) => i === at ? bytes : one),
  });
  switch (draws.below(10)) {
    case 0:
      return put(new Uint8Array());
    case 1:
      return put(draws.bytes(draws.below(100)));
    case 2:
      return put(compressed("deflate", draws.pick([10, 1000, 100_000, 4_000_000])));
    case 3:
      return put(compressed("zstd", draws.pick([10, 1000, 100_000, 60_000_000])));
    case 4:
      return {
        ...page,
        blocks: draws.pick([
          blocks.slice(1),
          [...blocks, block],
          blocks.toReversed(),
          blocks.map(() => block),
        ]),
      };
    case 5:
      return { ...page, positions: new Map([[at, draws.pick(INTEGERS)]]) };
    case 6:
      return {
        ...page,
        sizes: new Map([[at, draws.pick([...INTEGERS, block.length - 1, block.length + 1])]]),
      };
    default:
      return block.length === 0 ? page : put(mutateBytes(block, draws));
  }
}

function changedPages(file: TiffFile, draws: Draws): TiffFile {
  const { pages } = file;
  const first = pages[0]!;
  const kind = (page: TiffPage, value: number): TiffPage => ({
    ...page,
    tags: [...page.tags.filter(({ tag }) => tag !== 254), { tag: 254, type: 4, values: [value] }],
  });
  switch (draws.below(6)) {
    case 0:
      return { ...file, pages: [...pages, kind(draws.pick(pages), draws.pick([0, 1, 2, 4, 5]))] };
    case 1:
      return { ...file, pages: pages.length > 1 ? pages.toReversed() : [first, first] };
    case 2:
      return { ...file, next: draws.pick([...INTEGERS, 8, 16]) };
    case 3:
      return { ...file, pages: [kind(first, draws.pick([0, 1, 2, 4])), ...pages.slice(1)] };
    case 4:
      return { ...file, littleEndian: !file.littleEndian };
    default:
      return { ...file, big: !file.big };
  }
}

/** Changes a sound file. */
export function mutateTiff(bytes: Uint8Array, draws: Draws): Bytes {
  let file = parseTiff(bytes);
  for (let left = draws.pick([0, 1, 1, 1, 1, 2, 2, 3, 5]); left > 0; left--) {
    const way = draws.below(10);
    if (way === 0) {
      file = changedPages(file, draws);
      continue;
    }
    const at = draws.below(file.pages.length);
    const page = file.pages[at]!;
    const other = way < 7
      ? { ...page, tags: draws.pick(TAG_CHANGES)(page.tags, draws) }
      : changedBlocks(page, draws);
    file = { ...file, pages: file.pages.map((one, i) => i === at ? other : one) };
  }
  const out = writeTiff(file);
  return draws.chance(0.15) ? mutateBytes(out, draws) : out;
}
