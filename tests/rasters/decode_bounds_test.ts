/** Damaged blocks and tags: each ends soon, in a TypeError of one line, with bounded memory. */

import { assert, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { deflateSync, zstdCompressSync } from "node:zlib";
import { InputError } from "../../core/mod.ts";
import { decodeLzw } from "../../rasters/decode/lzw.ts";
import { decodePackBits } from "../../rasters/decode/packbits.ts";
import { decodeDeflate, decodeZstd } from "../../rasters/decode/zlib.ts";
import { openRaster, readRaster } from "../../rasters/mod.ts";
import { inFolder } from "./cog_cases.ts";

const MILLISECONDS = 2000;
const MEBIBYTE = 2 ** 20;

function randomBytes(length: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** Codes of LZW, most significant bit first; widths grow as in TIFF. */
function lzwCodes(codes: readonly number[]): Uint8Array {
  let [bits, entries, text] = [9, 257, ""];
  for (const code of codes) {
    text += code.toString(2).padStart(bits, "0");
    entries = code === 256 ? 257 : entries + 1;
    bits = code === 256 ? 9 : entries >= 2047 ? 12 : entries >= 1023 ? 11 : entries >= 511 ? 10 : 9;
  }
  const bytes = text.match(/.{1,8}/g)!.map((byte) => parseInt(byte.padEnd(8, "0"), 2));
  return Uint8Array.from(bytes);
}

Deno.test("decodeLzw() decodes a string that ends with its own first byte", () => {
  const codes = [256, 65, 258, 259, 66, 258, 257];
  assertEquals(new TextDecoder().decode(decodeLzw(lzwCodes(codes), 9)), "AAAAAABAA");
});

Deno.test("decodeLzw() stops at its size, at the end of codes and at the end of the input", () => {
  const codes = [256, 65, 258, 259, 66, 257, 65];
  assertEquals(new TextDecoder().decode(decodeLzw(lzwCodes(codes), 4)), "AAAA");
  assertEquals(new TextDecoder().decode(decodeLzw(lzwCodes(codes), 100)), "AAAAAAB");
  assertEquals(decodeLzw(new Uint8Array(), 100).length, 0);
  assertEquals(decodeLzw(lzwCodes([256, 65]), 100).length, 1);
});

Deno.test("decodeLzw() refuses codes that are not in its table", () => {
  for (const codes of [[256, 300], [256, 65, 259], [256, 65, 66, 260], [256, 65, 256, 258]]) {
    assertThrows(() => decodeLzw(lzwCodes(codes), 100), TypeError, "its LZW codes must be below");
  }
  assertThrows(() => decodeLzw(new Uint8Array([0, 1, 2]), 100), TypeError, "old-style LZW");
});

Deno.test("decodeLzw() and decodePackBits() end on any bytes, within their size", () => {
  const size = 100_000;
  const start = performance.now();
  for (let seed = 0; seed < 300; seed++) {
    const bytes = randomBytes(2000, seed);
    assert(decodePackBits(bytes, size).length <= size);
    // Clear first, as every encoder does.
    bytes.set([0x80, bytes[1]! & 0x3f]);
    try {
      assert(decodeLzw(bytes, size).length <= size);
    } catch (error) {
      assert(error instanceof TypeError, String(error));
    }
  }
  assertLess(performance.now() - start, MILLISECONDS);
});

Deno.test("decodePackBits() decodes runs of both kinds and skips 128", () => {
  const input = new Uint8Array([2, 1, 2, 3, 128, 254, 9, 0, 7]);
  assertEquals(decodePackBits(input, 7), new Uint8Array([1, 2, 3, 9, 9, 9, 7]));
  assertEquals(decodePackBits(input, 5), new Uint8Array([1, 2, 3, 9, 9]));
  assertEquals(decodePackBits(new Uint8Array([5, 1, 2]), 7), new Uint8Array([1, 2]));
});

Deno.test("DEFLATE and Zstandard that decode to gigabytes stop at the limit", async () => {
  const zeros = new Uint8Array(64 * MEBIBYTE);
  for (
    const [decode, input] of [
      [decodeDeflate, deflateSync(zeros)],
      [decodeZstd, zstdCompressSync(zeros)],
    ] as const
  ) {
    const { rss } = Deno.memoryUsage();
    await assertRejects(() => decode(input, 512), TypeError, "up to 512 bytes, got more");
    assertLess(Deno.memoryUsage().rss - rss, 16 * MEBIBYTE);
  }
  const cut = deflateSync(zeros).subarray(0, 90);
  await assertRejects(() => decodeDeflate(cut, zeros.length), TypeError, "unexpected end of file");
  // The end is missing here too, and the size reveals it.
  const begun = await decodeZstd(zstdCompressSync(zeros).subarray(0, 90), zeros.length);
  assertLess(begun.length, zeros.length);
});

Deno.test("a Zstandard error behind the first chunk is an error, not the end of the process", async () => {
  const pixels = Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 2654435761) >>> 13);
  const good = zstdCompressSync(pixels);
  const trailing = new Uint8Array(good.length + 20).fill(7);
  trailing.set(good);
  // Bytes behind the frame do not count.
  for (const limit of [pixels.length, pixels.length + 1]) {
    const found = await decodeZstd(trailing, limit);
    assert(found.length === pixels.length && found.every((byte, i) => byte === pixels[i]));
  }
  for (const share of [0.1, 0.5, 0.9]) {
    const damaged = good.map((byte, i) => i > share * good.length ? byte ^ 0x55 : byte);
    for (const limit of [1, 1000, 131072, pixels.length - 1, pixels.length, 2 * pixels.length]) {
      await assertRejects(() => decodeZstd(damaged, limit), TypeError, "its Zstandard must decode");
    }
  }
});

/** A TIFF of one strip; entries replace or follow the usual ones. */
function stripTiff(
  strip: Uint8Array,
  entries: Readonly<Record<number, readonly [type: number, count: number, value: number]>>,
): Uint8Array {
  const all = Object.entries({
    256: [3, 1, 8],
    257: [3, 1, 8],
    258: [3, 1, 16],
    259: [3, 1, 1],
    262: [3, 1, 1],
    273: [4, 1, 8],
    277: [3, 1, 1],
    278: [3, 1, 8],
    279: [4, 1, strip.length],
    339: [3, 1, 1],
    ...entries,
  }).sort(([a], [b]) => Number(a) - Number(b));
  const directory = 8 + strip.length + (strip.length & 1);
  // Bytes after the directory, to which values of other sizes can point.
  const view = new DataView(new ArrayBuffer(directory + 2 + all.length * 12 + 4 + 256));
  view.setUint16(0, 0x4949);
  view.setUint16(2, 42, true);
  view.setUint32(4, directory, true);
  new Uint8Array(view.buffer).set(strip, 8);
  view.setUint16(directory, all.length, true);
  all.forEach(([tag, [type, count, value]], i) => {
    const at = directory + 2 + 12 * i;
    view.setUint16(at, Number(tag), true);
    view.setUint16(at + 2, type!, true);
    view.setUint32(at + 4, count!, true);
    view.setUint32(at + 8, value!, true);
  });
  return new Uint8Array(view.buffer);
}

const PIXELS = new Uint8Array(Uint16Array.from({ length: 64 }, (_, i) => 1000 + i).buffer);

/** The message of reading a file, which must end soon in an InputError of one line. */
async function refusal(path: string, bytes: Uint8Array): Promise<string> {
  await Deno.writeFile(path, bytes);
  const start = performance.now();
  const error = await assertRejects(() => readRaster(path), InputError);
  assertLess(performance.now() - start, MILLISECONDS);
  assert(error.message.startsWith(`Cannot read raster ${path}: `), error.message);
  assertEquals(error.message.split("\n").length, 1);
  return error.message;
}

Deno.test("openRaster() refuses structural tags of a wrong type or with several values", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await Deno.writeFile(path, stripTiff(PIXELS, {}));
    assertEquals((await readRaster(path)).data[63], 1063);
    const single = [256, 257, 259, 262, 266, 277, 278, 284, 317];
    for (const tag of [...single, 258, 273, 279, 338, 339]) {
      // ASCII, RATIONAL, signed, FLOAT, DOUBLE, IFD, and a number that is no type.
      for (const type of [2, 5, 8, 9, 11, 12, 13, 99]) {
        const message = await refusal(path, stripTiff(PIXELS, { [tag]: [type, 1, 8] }));
        assert(message.includes(`tag ${tag} must hold integers, got type `), message);
      }
    }
    for (const tag of single) {
      for (const count of [0, 2, 3, 2000]) {
        const message = await refusal(path, stripTiff(PIXELS, { [tag]: [3, count, 8] }));
        assert(/must (hold one integer|lie within|state)/.test(message), message);
      }
    }
  }));

Deno.test("openRaster() refuses tiles and strips of impossible sizes", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    const tiles = { 322: [3, 1, 16], 323: [3, 1, 16], 324: [4, 1, 8], 325: [4, 1, 128] } as const;
    for (
      const [entries, expected] of [
        [{ 278: [3, 1, 0] }, "must state its size"],
        [{ 279: [4, 1, 0] }, "must have stored bytes"],
        [{ 338: [3, 1, 7] }, "its extra samples must be up to 1 of kind 0 to 2, got 7"],
        [{ 338: [3, 2, 0] }, "its extra samples must be up to 1 of kind 0 to 2, got 0, 0"],
        [{ 277: [3, 1, 0] }, "must state its size"],
        [{ 277: [3, 1, 3] }, "must decode to 384 bytes"],
        [{ 258: [3, 1, 0] }, "its pixel type must be"],
        [{ 258: [3, 1, 65] }, "its pixel type must be"],
        [{ 279: [4, 1, 100] }, "must decode to 128 bytes, got only 100"],
        [{ 256: [4, 1, 0xffffffff] }, "must state its size"],
        [{ 257: [4, 1, 0x7fffffff], 278: [4, 1, 1] }, "must have 2147483647 blocks"],
        [{ ...tiles, 322: [3, 1, 0] }, "must state its size"],
        [{ ...tiles, 323: [4, 1, 0xffffffff] }, "must state its size"],
        [{ ...tiles, 325: [4, 1, 64] }, "must decode to 512 bytes, got only 64"],
        [{ 259: [3, 1, 5], 279: [4, 1, 1], 278: [3, 1, 8000], 257: [3, 1, 8000] }, "must decode"],
      ] as const
    ) {
      const message = await refusal(path, stripTiff(PIXELS, entries));
      assert(message.includes(expected), `${JSON.stringify(entries)}: ${message}`);
    }
  }));

Deno.test("readRaster() compares decoded with declared sizes, of every compression", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    const more = new Uint8Array(PIXELS.length + 2);
    const coded = (bytes: Uint8Array) =>
      [[8, deflateSync(bytes)], [32946, deflateSync(bytes)], [
        50000,
        zstdCompressSync(bytes),
      ]] as const;
    for (const [compression, strip] of coded(more)) {
      const message = await refusal(path, stripTiff(strip, { 259: [3, 1, compression] }));
      assert(message.includes("up to 128 bytes, got more; the file is damaged"), message);
    }
    for (const [compression, strip] of coded(PIXELS.subarray(0, 126))) {
      const message = await refusal(path, stripTiff(strip, { 259: [3, 1, compression] }));
      assert(message.includes("must decode to 128 bytes, got only 126"), message);
    }
    for (
      const [compression, strip] of [[5, lzwCodes([256, 65, 258, 257])], [32773, new Uint8Array(8)]]
    ) {
      await refusal(path, stripTiff(strip as Uint8Array, { 259: [3, 1, compression as number] }));
    }
    for (const bytes of [PIXELS, new TextEncoder().encode("Lerc2 no block")]) {
      const message = await refusal(path, stripTiff(bytes, { 259: [3, 1, 34887] }));
      assert(message.includes("its LERC blocks must decode"), message);
    }
  }));

Deno.test("a last strip that stores rows below the image is read", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    for (const [compression, strip] of [[1, PIXELS], [8, deflateSync(PIXELS)]] as const) {
      // Two strips of 8 rows, both stored in the same place, of which 12 rows are the image.
      const bytes = stripTiff(strip, {
        257: [3, 1, 12],
        259: [3, 1, compression],
        273: [4, 2, 0],
        279: [4, 2, 0],
      });
      const view = new DataView(bytes.buffer);
      const directory = view.getUint32(4, true);
      const tail = bytes.length - 256;
      [8, 8, strip.length, strip.length].forEach((value, i) =>
        view.setUint32(tail + 4 * i, value, true)
      );
      for (let at = directory + 2; at < tail - 4; at += 12) {
        const tag = view.getUint16(at, true);
        if (tag === 273) view.setUint32(at + 8, tail, true);
        if (tag === 279) view.setUint32(at + 8, tail + 8, true);
      }
      await Deno.writeFile(path, bytes);
      const file = await openRaster(path);
      const { data } = await file.read();
      await file.close();
      assertEquals([data.length, data[95]], [96, 1031]);
    }
  }));

Deno.test("readRaster() refuses strips with the size of tiles, whose rows would be lost", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    const tags = [{ 322: [3, 1, 8] }, { 323: [3, 1, 7] }] as const;
    for (const tag of tags) {
      const message = await refusal(path, stripTiff(PIXELS, tag as never));
      assert(message.includes("its blocks must be tiles or strips"), message);
    }
  }));

Deno.test("readRaster() refuses LERC of samples that LERC does not store", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    for (const [bits, format] of [[1, 1], [12, 1], [16, 3]] as const) {
      const tags = { 258: [3, 1, bits], 339: [3, 1, format], 259: [3, 1, 34887] } as const;
      const message = await refusal(path, stripTiff(PIXELS, tags));
      assert(message.includes("with LERC its samples must be"), message);
    }
  }));

Deno.test("readRaster() does not take the only band for alpha, as GDAL does not", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    const pixels = new Uint8Array(128).fill(1, 64);
    await Deno.writeFile(path, stripTiff(pixels, { 338: [3, 1, 2] }));
    const { bands, valid } = await readRaster(path);
    assertEquals([bands, valid], [["1"], undefined]);
  }));

Deno.test("readRaster() refuses a nodata value that is not a decimal number", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    /** Up to three characters, which lie in the entry itself. */
    const nodata = (text: string) => {
      const code = [...text].reduce((sum, char, i) => sum + char.charCodeAt(0) * 256 ** i, 0);
      return stripTiff(PIXELS, { 42113: [2, text.length + 1, code] });
    };
    for (const [text, value] of [["7", 7], ["-9", -9], ["1e3", 1000], [".5", 0.5]] as const) {
      await Deno.writeFile(path, nodata(text));
      const { nodata: found } = await readRaster(path);
      assertEquals(found, Math.trunc(value) >= 0 && value >= 0 ? Math.trunc(value) : undefined);
    }
    // GDAL reads these as 5, 0, 0 and 7.
    for (const text of ["0x5", "n/a", " ", "7,1"]) {
      const message = await refusal(path, nodata(text));
      assert(message.includes("its nodata value must be a number, got"), message);
    }
  }));
