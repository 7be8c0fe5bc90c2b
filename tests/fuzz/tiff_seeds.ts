/** Sound TIFF files to start from: our own, and those of GDAL where it is installed. */

import { deflateSync, zstdCompressSync } from "node:zlib";
import { findPython, run } from "../rasters/cog_cases.ts";
import type { Seed } from "./reader.ts";
import { type TiffPage, type TiffTag, writeTiff } from "./tiff_file.ts";

const [WIDTH, HEIGHT] = [21, 13];
const SCRIPT = new URL("tiff_seeds.py", import.meta.url).pathname;

const short = (tag: number, ...values: readonly number[]): TiffTag => ({ tag, type: 3, values });
const text = (tag: number, value: string): TiffTag => ({
  tag,
  type: 2,
  values: [...new TextEncoder().encode(`${value}\0`)],
});

/** Literal runs of up to 128 bytes. */
function packBits(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at += 128) {
    const run = bytes.subarray(at, at + 128);
    out.push(run.length - 1, ...run);
  }
  return Uint8Array.from(out);
}

const CODERS: readonly (readonly [string, number, (bytes: Uint8Array) => Uint8Array])[] = [
  ["none", 1, (bytes) => bytes],
  ["deflate", 8, (bytes) => deflateSync(bytes)],
  ["packbits", 32773, packBits],
  ["zstd", 50000, (bytes) => zstdCompressSync(bytes)],
];

/** Pixels that rise from left to right. */
function pixels(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 1 + i * 7 % 250);
}

function page({ compression, code, bits, samples, tiled }: {
  readonly compression: number;
  readonly code: (bytes: Uint8Array) => Uint8Array;
  readonly bits: number;
  readonly samples: number;
  readonly tiled: boolean;
}): TiffPage {
  const row = samples * bits / 8;
  const sizes = tiled ? Array(2).fill(16 * 16 * row) : [8 * WIDTH * row, 5 * WIDTH * row];
  return {
    tiled,
    blocks: sizes.map((size) => code(pixels(size))),
    tags: [
      ...[short(256, WIDTH), short(257, HEIGHT), short(258, ...Array(samples).fill(bits))],
      ...[short(259, compression), short(262, 1), short(277, samples), short(284, 1)],
      ...(tiled ? [short(322, 16), short(323, 16)] : [short(278, 8)]),
      ...(samples > 1 ? [short(338, ...Array(samples - 1).fill(0))] : []),
      short(339, ...Array(samples).fill(bits === 32 ? 3 : 1)),
      { tag: 33550, type: 12, values: [10, 10, 0] },
      { tag: 33922, type: 12, values: [0, 0, 0, 600000, 5300000, 0] },
      short(34735, 1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633),
      text(
        42112,
        '<GDALMetadata><Item name="A">b</Item><Item name="SCALE" sample="0" role="scale">2</Item></GDALMetadata>',
      ),
      text(42113, "7"),
    ],
  };
}

/** Files of our own writer. */
export function ownTiffSeeds(): readonly Seed[] {
  const seeds: Seed[] = [];
  for (const [name, compression, code] of CODERS) {
    for (const [bits, samples, tiled] of [[8, 1, true], [16, 3, false], [32, 2, true]] as const) {
      const big = bits === 16;
      const littleEndian = bits !== 32;
      const own = page({ compression, code, bits, samples, tiled });
      const bytes = writeTiff({ littleEndian, big, pages: [own] });
      seeds.push({ name: `own-${name}-${bits}`, bytes });
    }
  }
  // Many pixels in few bytes.
  for (const [name, compression, code] of CODERS.slice(1, 4)) {
    const side = name === "packbits" ? 512 : name === "zstd" ? 8192 : 2048;
    const block = name === "packbits"
      ? new Uint8Array(2 * side * side / 128).map((_, i) => i % 2 === 0 ? 129 : 5)
      : code(new Uint8Array(side * side));
    const dense = page({ compression, code: () => block, bits: 8, samples: 1, tiled: false });
    const tags = [
      ...dense.tags.filter(({ tag }) => ![256, 257, 278].includes(tag)),
      ...[256, 278].map((tag) => ({ tag, type: 4, values: [side] })),
      { tag: 257, type: 4, values: [4 * side] },
    ];
    const blocks = Array<Uint8Array>(4).fill(block);
    seeds.push({
      name: `own-dense-${name}`,
      bytes: writeTiff({ littleEndian: true, big: false, pages: [{ ...dense, tags, blocks }] }),
    });
  }
  return seeds;
}

/** All seeds, by name. GDAL's are left out where it is missing. */
export async function tiffSeeds(folder: string): Promise<readonly Seed[]> {
  const python = await findPython("osgeo.gdal_array");
  const made = python === undefined ? undefined : await run(python, SCRIPT, folder);
  if (made !== undefined && !made.success) throw new Error(made.err);
  const names = made === undefined
    ? []
    : (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  const gdal = await Promise.all(
    names.filter((name) => name.endsWith(".tif")).map(async (name) => ({
      name,
      bytes: await Deno.readFile(`${folder}/${name}`),
    })),
  );
  return [...ownTiffSeeds(), ...gdal];
}
