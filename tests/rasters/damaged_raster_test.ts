/** Files that are no GeoTIFF, or state more than they hold: a line that says so, and no memory taken. */

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { InputError, type Raster } from "../../core/mod.ts";
import { openRaster, readRaster, writeCog } from "../../rasters/mod.ts";

/** What opening may take: nothing may be allocated for pixels that are not there. */
const MILLISECONDS = 2000;
const BYTES = 64 * 2 ** 20;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function noise(side: number): Raster {
  let state = 1;
  const data = Uint16Array.from({ length: side * side }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 16;
  });
  return { width: side, height: side, bands: ["B02"], data, dtype: "uint16" };
}

/** The message of opening a file, which must be an InputError of one line that names the file. */
async function refusal(path: string): Promise<string> {
  const [start, memory] = [performance.now(), Deno.memoryUsage()];
  const error = await assertRejects(() => openRaster(path), InputError);
  const { rss, external } = Deno.memoryUsage();
  assertLess(performance.now() - start, MILLISECONDS);
  assertLess(Math.max(rss - memory.rss, external - memory.external), BYTES);
  assert(error.message.startsWith(`Cannot read raster ${path}: `), error.message);
  assertEquals(error.message.split("\n").length, 1);
  return error.message;
}

/** Replaces the value of a tag that lies in the first directory of a little-endian classic TIFF. */
function setTag(bytes: Uint8Array, tag: number, value: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = view.getUint32(4, true);
  const count = view.getUint16(directory, true);
  for (let at = directory + 2; at < directory + 2 + count * 12; at += 12) {
    if (view.getUint16(at, true) !== tag) continue;
    view.setUint16(at + 2, 4, true);
    view.setUint32(at + 8, value, true);
    return;
  }
  throw new Error(`no tag ${tag}`);
}

Deno.test("openRaster() tells files that are no GeoTIFF by what they are", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    for (
      const [content, found] of [
        ["", "an empty file; download or export it again"],
        ["II", 'a file that begins with "II"'],
        ["no picture at all", 'a file that begins with "no picture at all"'],
        ["<!DOCTYPE html><html>", "a web page; check the address"],
        ["\x89PNG\r\n\x1a\n0123456789", "a PNG picture"],
        ["PK\x03\x04 and so on and on", "a ZIP archive; unpack it first"],
        ["\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14", "JPEG 2000; convert it: gdal_translate"],
        ["version https://git-lfs.github.com/spec/v1", "a Git LFS pointer; run: git lfs pull"],
      ] as const
    ) {
      await Deno.writeFile(path, Uint8Array.from(content, (char) => char.charCodeAt(0)));
      const message = await refusal(path);
      assert(message.includes(`it must be a GeoTIFF, got ${found}`), message);
    }
  }));

Deno.test("openRaster() refuses folders, missing files and addresses that it cannot fetch", () =>
  inFolder(async (folder) => {
    assert((await refusal(folder)).includes("it must be a file, got a folder"));
    assert((await refusal(`${folder}/no.tif`)).includes("the file must exist"));
    assert((await refusal("s3://bucket/a.tif")).includes("https address or download it first"));
  }));

Deno.test("openRaster() refuses a file that is cut off, at every length", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await writeCog(path, noise(64));
    const bytes = await Deno.readFile(path);
    for (const length of [17, 100, 300, 600, bytes.length >> 1, bytes.length - 100]) {
      await Deno.writeFile(path, bytes.subarray(0, length));
      const message = await refusal(path);
      assert(message.includes("cut off: download or copy it again"), `${length}: ${message}`);
    }
  }));

Deno.test("openRaster() refuses sizes that the file cannot hold, without allocating for them", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await writeCog(path, noise(64));
    const bytes = await Deno.readFile(path);
    const changed = async (...tags: readonly (readonly [number, number])[]) => {
      const copy = bytes.slice();
      for (const [tag, value] of tags) setTag(copy, tag, value);
      await Deno.writeFile(path, copy);
      return await refusal(path);
    };
    const huge = 2_000_000_000;
    assert((await changed([256, huge], [257, huge])).includes("blocks for its size, got 1"));
    assert((await changed([322, huge], [323, huge])).includes("blocks of up to 2 GiB"));
    assert(
      (await changed([322, 16384], [323, 16384])).includes("compressed bytes; the file is damaged"),
    );
    assert((await changed([256, 0])).includes("must state its size, got 0×64"));
    assert((await changed([324, huge])).includes("block 0 of 1 must lie within the file"));
    assert((await changed([325, huge])).includes("block 0 of 1 must lie within the file"));
    assert(
      (await changed([259, 34712])).includes("convert it: gdal_translate -co COMPRESS=DEFLATE"),
    );
  }));

Deno.test("openRaster() refuses tags with more values than the file has bytes", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await writeCog(path, noise(64));
    const bytes = await Deno.readFile(path);
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(4, true);
    for (let i = 0; i < view.getUint16(directory, true); i++) {
      view.setUint32(directory + 2 + i * 12 + 4, 0x3fffffff, true);
    }
    await Deno.writeFile(path, bytes);
    assert((await refusal(path)).includes("must lie within the file"));
  }));

Deno.test("readRaster() names the file whose pixels do not decode", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await writeCog(path, noise(64));
    const bytes = await Deno.readFile(path);
    bytes.fill(0xaa, bytes.length - 4000);
    await Deno.writeFile(path, bytes);
    const error = await assertRejects(() => readRaster(path), InputError, path);
    assertEquals(error.message.split("\n").length, 1);
  }));

/** A TIFF of one row per strip, uncompressed, in either byte order, its directory at the end. */
function plainTiff(
  values: Uint16Array,
  { width, littleEndian, predictor = 1 }: {
    readonly width: number;
    readonly littleEndian: boolean;
    readonly predictor?: number;
  },
): Uint8Array {
  const height = values.length / width;
  const start = 8;
  const tables = start + values.byteLength;
  const directory = tables + 8 * height;
  const entries = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 1, 16],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, height, tables],
    [277, 3, 1, 1],
    [278, 4, 1, 1],
    [279, 4, height, tables + 4 * height],
    [317, 3, 1, predictor],
  ] as const;
  const view = new DataView(new ArrayBuffer(directory + 2 + entries.length * 12 + 4));
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, littleEndian);
  view.setUint32(4, directory, littleEndian);
  values.forEach((value, i) => view.setUint16(start + 2 * i, value, littleEndian));
  for (let y = 0; y < height; y++) {
    view.setUint32(tables + 4 * y, start + 2 * width * y, littleEndian);
    view.setUint32(tables + 4 * (height + y), 2 * width, littleEndian);
  }
  view.setUint16(directory, entries.length, littleEndian);
  entries.forEach(([tag, type, count, value], i) => {
    const at = directory + 2 + i * 12;
    view.setUint16(at, tag, littleEndian);
    view.setUint16(at + 2, type, littleEndian);
    view.setUint32(at + 4, count, littleEndian);
    if (type === 3) view.setUint16(at + 8, value, littleEndian);
    else view.setUint32(at + 8, value, littleEndian);
  });
  return new Uint8Array(view.buffer);
}

Deno.test("readRaster() reads many strips in either byte order", () =>
  inFolder(async (folder) => {
    const values = Uint16Array.from({ length: 3 * 2000 }, (_, i) => i);
    for (const littleEndian of [true, false]) {
      const path = `${folder}/${littleEndian}.tif`;
      await Deno.writeFile(path, plainTiff(values, { width: 3, littleEndian }));
      const file = await openRaster(path);
      assertEquals(file.blockHeight, 1);
      const { data } = await file.read();
      await file.close();
      assertEquals(data, values);
    }
  }));

Deno.test("readRaster() ignores the predictor of values without compression, as libtiff does", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    const values = Uint16Array.from({ length: 300 }, (_, i) => i);
    for (const littleEndian of [true, false]) {
      await Deno.writeFile(path, plainTiff(values, { width: 3, littleEndian, predictor: 2 }));
      assertEquals((await readRaster(path)).data, values);
    }
  }));

Deno.test("openRaster() says how many rows are decoded together", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await writeCog(path, noise(300));
    const file = await openRaster(path);
    assertEquals(file.blockHeight, 512);
    await file.close();
  }));

Deno.test("openRaster() takes the names of bands where a file states none", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    const raster = { width: 1, height: 1, dtype: "uint8" as const, data: new Uint8Array([1, 2]) };
    await writeCog(path, { ...raster, bands: ["1", "2"] });
    const file = await openRaster(path, { bandNames: ["red", "B8"] });
    assertEquals(file.header.bands, ["B04", "B08"]);
    assertEquals((await file.read({ bands: ["B08"] })).data, new Uint8Array([2]));
    await file.close();
    await assertRejects(
      () => openRaster(path, { bandNames: ["B04"] }),
      InputError,
      "one name for each of 2 bands, got 1",
    );
    await writeCog(path, { ...raster, bands: ["B03", "B04"] }, { overwrite: true });
    await assertRejects(
      () => openRaster(path, { bandNames: ["B04", "B03"] }),
      InputError,
      "got the descriptions B03, B04",
    );
  }));
