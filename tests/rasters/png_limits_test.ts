/** PNG files decode to the size that they declare, or are refused before they grow. */

import { deflateSync } from "node:zlib";
import { assert, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { InputError } from "../../core/mod.ts";
import { decodePng, encodePng, readPng } from "../../rasters/mod.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** A grey PNG of 8 bits, whatever its pixels are. */
function png(
  { width, height, raw, interlace = 0, before = [] }: {
    readonly width: number;
    readonly height: number;
    readonly raw: Uint8Array;
    readonly interlace?: 0 | 1;
    readonly before?: readonly Uint8Array[];
  },
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 0, 0, 0, interlace], 8);
  const parts = [
    SIGNATURE,
    chunk("IHDR", header),
    ...before,
    chunk("IDAT", deflateSync(raw)),
    chunk("IEND", new Uint8Array()),
  ];
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function withFile(bytes: Uint8Array, work: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".png" });
  await Deno.writeFile(path, bytes);
  try {
    await work(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("decodePng() reads plain and interlaced pixels of the declared size", () => {
  const [width, height] = [9, 5];
  const value = (x: number, y: number) => 10 * y + x;
  const plain: number[] = [];
  for (let y = 0; y < height; y++) {
    plain.push(0, ...Array.from({ length: width }, (_, x) => value(x, y)));
  }
  const passes: number[] = [];
  const order = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  for (const [x0, y0, stepX, stepY] of order) {
    for (let y = y0; y < height; y += stepY) {
      if (x0 < width) passes.push(0);
      for (let x = x0; x < width; x += stepX) passes.push(value(x, y));
    }
  }
  const expected = plain.filter((_, i) => i % (width + 1) !== 0);
  for (const [raw, interlace] of [[plain, 0], [passes, 1]] as const) {
    const { data } = decodePng(png({ width, height, raw: Uint8Array.from(raw), interlace }));
    assertEquals([...data], expected);
  }
  const text = { Software: "emrdm" };
  const picture = { width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3), text } as const;
  assertEquals(decodePng(encodePng(picture)), picture);
});

Deno.test("readPng() refuses pixels that inflate to another size, without inflating them", async () => {
  const bomb = png({ width: 4, height: 4, raw: new Uint8Array(2 ** 28) });
  const profile = deflateSync(new Uint8Array(2 ** 28));
  const icc = chunk("iCCP", new Uint8Array([65, 0, 0].concat(Array.from(profile))));
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [bomb, "must have the 20 bytes that its header declares, got more"],
    [png({ width: 4, height: 4, raw: new Uint8Array(19) }), "declares, got 19"],
    [png({ width: 4, height: 4, raw: new Uint8Array(21) }), "declares, got more"],
    [png({ width: 2 ** 30, height: 2 ** 30, raw: new Uint8Array(1) }), "at most 1073741824 bytes"],
    [png({ width: 4, height: 4, raw: new Uint8Array(20), interlace: 1 }), "got 20"],
  ];
  const start = performance.now();
  const before = Deno.memoryUsage().rss;
  for (const [bytes, message] of cases) {
    await withFile(bytes, async (path) => {
      await assertRejects(() => readPng(path), InputError, message);
    });
  }
  // An ICC profile is not needed, and not inflated.
  await withFile(
    png({ width: 4, height: 4, raw: new Uint8Array(20), before: [icc] }),
    async (path) => assertEquals((await readPng(path)).data.length, 16),
  );
  assertLess(performance.now() - start, 10_000);
  assertLess(Deno.memoryUsage().rss - before, 2 ** 29);
});

Deno.test("decodePng() ends with every damaged file", () => {
  const whole = png({ width: 4, height: 4, raw: new Uint8Array(20) });
  let refused = 0;
  for (let at = 0; at < whole.length; at++) {
    for (const value of [0, 1, 0x7f, 0xff]) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = value;
      try {
        const { width, height, data } = decodePng(bytes);
        assertEquals(data.length, width * height);
      } catch (error) {
        assert(error instanceof Error);
        refused++;
      }
    }
    assertThrows(() => decodePng(whole.subarray(0, at)));
  }
  assert(refused > whole.length);
});

Deno.test("readPng() refuses chunks that no decoder may pass over, and leaves out the others", async () => {
  const raw = Uint8Array.of(0, 1, 2, 0, 3, 4);
  const sound = { width: 2, height: 2, raw };
  await withFile(png({ ...sound, before: [chunk("abCd", raw)] }), async (path) => {
    assertEquals((await readPng(path)).data, Uint8Array.of(1, 2, 3, 4));
  });
  for (const type of ["ABCD", "\u0003\0\0\0", "a1cd"]) {
    await withFile(png({ ...sound, before: [chunk(type, raw)] }), async (path) => {
      await assertRejects(() => readPng(path), InputError, "its chunks must be those of PNG");
    });
  }
});

Deno.test("readPng() marks pixels of alpha 0 as missing", async () => {
  const bytes = png({ width: 2, height: 1, raw: Uint8Array.of(0, 7, 255, 8, 0) });
  // Grey with alpha.
  const view = new DataView(bytes.buffer);
  view.setUint8(25, 4);
  view.setUint32(29, crc32(bytes.subarray(12, 29)));
  await withFile(bytes, async (path) => {
    const { bands, data, valid } = await readPng(path);
    assertEquals([bands, data, valid], [
      ["1", "2"],
      Uint8Array.of(7, 255, 8, 0),
      Uint8Array.of(1, 0),
    ]);
  });
});
