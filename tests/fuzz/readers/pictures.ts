/** PNG pictures: masks and images of data sets. */

import { crc32, deflateSync, inflateSync } from "node:zlib";
import { encodePng, readPng } from "../../../rasters/mod.ts";
import type { Draws } from "../draws.ts";
import { INTEGERS, joined, mutateBytes } from "../mutate_bytes.ts";
import type { FuzzReader } from "../reader.ts";

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

function chunksOf(bytes: Uint8Array): readonly Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const chunks: Chunk[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at);
    const type = new TextDecoder().decode(bytes.subarray(at + 4, at + 8));
    chunks.push({ type, data: bytes.slice(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

function pngOf(chunks: readonly Chunk[]): Uint8Array {
  const parts = chunks.map(({ type, data }) => {
    const body = joined(new TextEncoder().encode(type), data);
    const frame = new DataView(new ArrayBuffer(8));
    frame.setUint32(0, data.length);
    frame.setUint32(4, crc32(body));
    const [length, crc] = [new Uint8Array(frame.buffer, 0, 4), new Uint8Array(frame.buffer, 4)];
    return joined(length, body, crc);
  });
  return joined(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), ...parts);
}

/** Inflates data, unless an earlier change has damaged them. */
function inflated(data: Uint8Array): Uint8Array {
  try {
    return inflateSync(data);
  } catch {
    return data;
  }
}

/** Changes a chunk, with a right checksum. */
function changed({ type, data }: Chunk, draws: Draws): Chunk {
  if (type === "IHDR" && data.length === 13 && draws.chance(0.7)) {
    const view = new DataView(data.slice().buffer);
    const at = draws.pick([0, 4, 8, 9, 10, 11, 12]);
    if (at < 8) view.setUint32(at, draws.pick(INTEGERS) % 2 ** 32);
    else view.setUint8(at, draws.pick([0, 1, 2, 3, 4, 6, 7, 8, 16, 255]));
    return { type, data: new Uint8Array(view.buffer) };
  }
  if (type === "IDAT" && draws.chance(0.6)) {
    const pixels = draws.chance(0.8)
      ? mutateBytes(inflated(data), draws)
      : new Uint8Array(draws.pick([1, 1000, 10_000_000]));
    return { type, data: deflateSync(pixels) };
  }
  if (draws.chance(0.1)) {
    return {
      type: draws.pick([
        "IHDR",
        "PLTE",
        "tRNS",
        "IDAT",
        "tEXt",
        "iCCP",
        "zTXt",
        "iTXt",
        "gAMA",
        "acTL",
        "fdAT",
        "pHYs",
        "abcd",
      ]),
      data,
    };
  }
  return { type, data: data.length === 0 ? draws.bytes(4) : mutateBytes(data, draws) };
}

function mutatePng(bytes: Uint8Array, draws: Draws): Uint8Array {
  if (draws.chance(0.25)) return mutateBytes(bytes, draws);
  const chunks = [...chunksOf(bytes)];
  for (let left = draws.below(3); left > 0; left--) {
    const at = draws.below(chunks.length);
    const way = draws.below(5);
    if (way === 0) chunks.splice(at, 1);
    else if (way === 1) chunks.splice(at, 0, draws.pick(chunks));
    else chunks[at] = changed(chunks[at]!, draws);
    if (chunks.length === 0) break;
  }
  return pngOf(chunks);
}

/** 16 bits, palette, interlaced and grey with alpha, which our encoder does not write. */
function foreign(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const header = (depth: number, colour: number, interlace = 0) => {
    const view = new DataView(new ArrayBuffer(13));
    [view.setUint32(0, 5), view.setUint32(4, 4)];
    [depth, colour, 0, 0, interlace].forEach((value, i) => view.setUint8(8 + i, value));
    return { type: "IHDR", data: new Uint8Array(view.buffer) };
  };
  const rows = (bytes: number, count = 4) => ({
    type: "IDAT",
    data: deflateSync(
      Uint8Array.from({ length: (1 + bytes) * count }, (_, i) => i % (1 + bytes) === 0 ? i % 5 : i),
    ),
  });
  const end = { type: "IEND", data: new Uint8Array() };
  const table = { type: "PLTE", data: Uint8Array.from({ length: 12 }, (_, i) => 20 * i) };
  const text = { type: "tEXt", data: new TextEncoder().encode("Title\0cloud mask") };
  return [
    { name: "grey16", bytes: pngOf([header(16, 0), text, rows(10), end]) },
    { name: "rgb16", bytes: pngOf([header(16, 2), rows(30), end]) },
    { name: "grey-alpha", bytes: pngOf([header(8, 4), rows(10), end]) },
    { name: "rgba", bytes: pngOf([header(8, 6), rows(20), end]) },
    {
      name: "palette",
      bytes: pngOf([
        header(2, 3),
        table,
        { type: "tRNS", data: Uint8Array.of(0, 9) },
        rows(2),
        end,
      ]),
    },
    { name: "bit", bytes: pngOf([header(1, 0), rows(1), end]) },
    {
      name: "interlaced",
      bytes: pngOf([header(8, 0, 1), {
        type: "IDAT",
        data: deflateSync(new Uint8Array(4 * 5 + 10)),
      }, end]),
    },
  ];
}

export const pictures: FuzzReader = {
  name: "pictures",
  share: 0.08,
  seeds: () => {
    const data = (length: number) => Uint8Array.from({ length }, (_, i) => 3 * i);
    return Promise.resolve([
      { name: "grey", bytes: encodePng({ width: 9, height: 7, channels: 1, data: data(63) }) },
      {
        name: "rgb",
        bytes: encodePng({
          width: 9,
          height: 7,
          channels: 3,
          data: data(189),
          text: { Software: "x" },
        }),
      },
      ...foreign(),
    ]);
  },
  mutate: (draws, seeds) => ({
    files: { "a.png": mutatePng(draws.pick(seeds).bytes, draws) },
    call: {},
  }),
  async read(folder) {
    const path = `${folder}/a.png`;
    const raster = await readPng(path);
    const { width, height } = raster;
    return { path, raster, window: { column: 0, row: 0, width, height } };
  },
};
