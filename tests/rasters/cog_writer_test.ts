import { assert, assertEquals, assertRejects } from "@std/assert";
import type { PixelArray, Raster } from "../../core/mod.ts";
import {
  cogMemory,
  type CogWriter,
  type CogWriterOptions,
  createCog,
  readRaster,
  writeCog,
} from "../../rasters/mod.ts";
import { encodeCogHead } from "../../rasters/cog_head.ts";
import { halve } from "./halve.ts";
import { assertSameBytes, DTYPES, inFolder, makeRaster, namesIn, readLevels } from "./cog_cases.ts";
import { slowTest } from "../slow.ts";

/** Hands over an image in portions of some rows, each in the same array. */
async function writePortions(writer: CogWriter, raster: Raster, rows: number): Promise<void> {
  const row = raster.width * raster.bands.length;
  const portion = raster.data.slice(0, rows * row);
  for (let at = 0; at < raster.data.length; at += portion.length) {
    const part: PixelArray = raster.data.subarray(at, at + portion.length);
    portion.set(part);
    await writer.write(portion.subarray(0, part.length));
    portion.fill(0);
  }
}

async function stream(
  path: string,
  { data, ...header }: Raster,
  { rows, ...options }: CogWriterOptions & { readonly rows: number },
): Promise<void> {
  const writer = await createCog(path, header, options);
  try {
    await writePortions(writer, { ...header, data }, rows);
    await writer.commit();
  } finally {
    await writer.abort();
  }
}

/** The image and what halve() makes of it, down to one tile. */
function halves(raster: Raster, side: number, resampling: "mean" | "nearest" = "mean") {
  const levels = [raster];
  while (Math.max(levels.at(-1)!.width, levels.at(-1)!.height) > side) {
    levels.push(halve(levels.at(-1)!, resampling));
  }
  return levels.map(({ width, height, data }) => ({ width, height, data }));
}

async function assertStreams(raster: Raster, rows: number, options: CogWriterOptions = {}) {
  await inFolder(async (folder) => {
    await writeCog(`${folder}/whole.tif`, raster, options);
    await stream(`${folder}/rows.tif`, raster, { rows, ...options });
    const [whole, streamed] = await Promise.all(
      ["whole", "rows"].map((name) => Deno.readFile(`${folder}/${name}.tif`)),
    );
    assertSameBytes(streamed!, whole!);
    const side = options.tileSize ?? 512;
    const expected = halves(raster, side, options.overviews);
    const levels = await readLevels(`${folder}/rows.tif`);
    assertEquals(levels.length, expected.length);
    for (const [i, { width, height, data }] of levels.entries()) {
      assertEquals([width, height], [expected[i]!.width, expected[i]!.height]);
      assertSameBytes(data, expected[i]!.data);
    }
  });
}

for (const dtype of DTYPES) {
  Deno.test(`createCog() writes ${dtype} rows and their overviews like writeCog()`, () =>
    assertStreams(makeRaster({ width: 301, height: 527, dtype }), 37, { tileSize: 256 }));
}

const SIZES: readonly (readonly [width: number, height: number, rows: number])[] = [
  [1, 1, 1],
  [1, 1100, 3],
  [1100, 1, 1],
  [2, 257, 256],
  [256, 256, 100],
  [257, 255, 255],
  [512, 1024, 512],
  [3, 4099, 1000],
  [4099, 3, 2],
  [515, 1029, 1],
];

for (const [width, height, rows] of SIZES) {
  const register = Math.max(width, height) > 4000 ? slowTest : Deno.test;
  register(`createCog() writes ${width}×${height} pixels, ${rows} rows at a time`, async () => {
    const raster = makeRaster({ width, height, bands: ["B02", "B03", "B04"] });
    await assertStreams(raster, rows, { tileSize: 256 });
    await assertStreams(raster, rows, { tileSize: 512 });
  });
}

Deno.test("createCog() compresses on threads what it compresses without", () => {
  // Above 16 MiB there are threads.
  const raster = makeRaster({ width: 1300, height: 1100, bands: [..."abcdef"], dtype: "uint16" });
  assert(raster.data.byteLength > 2 ** 24);
  return assertStreams(raster, 300, { tileSize: 256 });
});

slowTest("createCog() compresses empty images on threads, to a few bytes a tile", async () => {
  const raster = makeRaster({ width: 2100, height: 4100, bands: ["B02"] });
  assert(raster.data.byteLength > 2 ** 24);
  await assertStreams({ ...raster, data: raster.data.fill(0) }, 4100, { tileSize: 256 });
});

Deno.test("createCog() makes overviews of classes by the nearest pixel", () => {
  const raster = makeRaster({ width: 600, height: 700, bands: ["class"], dtype: "uint8" });
  return assertStreams(raster, 50, { overviews: "nearest", tileSize: 256 });
});

Deno.test("complete() leaves a whole file in the scratch folder and adds tags", () =>
  inFolder(async (folder) => {
    const path = `${folder}/image.tif`;
    const { data, ...header } = makeRaster({ width: 3, height: 2 });
    const writer = await createCog(path, header, { tags: { A: "1", B: "1" } });
    await writer.write(data);
    await writer.complete({ tags: { B: "2", C: "3" } });
    assertEquals(namesIn(folder), ["image.tif.partial"]);
    assertEquals(namesIn(`${path}.partial`), ["file", "lock"]);
    await writer.commit();
    await writer.abort();
    assertEquals(namesIn(folder), ["image.tif"]);
    const found = await readRaster(path);
    assertEquals(found.tags, { AREA_OR_POINT: "Area", A: "1", B: "2", C: "3" });
    assertEquals(found.data, data);
  }));

Deno.test("abort() leaves nothing, whenever it comes", () =>
  inFolder(async (folder) => {
    const { data, ...header } = makeRaster({ width: 1300, height: 1100, bands: [..."abcdef"] });
    const steps: readonly ((writer: CogWriter) => Promise<unknown>)[] = [
      () => Promise.resolve(),
      (writer) => writer.write(data.subarray(0, data.length / 2)),
      async (writer) =>
        void await assertRejects(
          async () => {
            const work = writer.write(data);
            await writer.abort();
            await work;
          },
          TypeError,
          "it must not be aborted",
        ),
      async (writer) => {
        await writer.write(data);
        await writer.complete();
      },
      async (writer) => {
        await writer.write(data);
        await assertRejects(
          async () => {
            const work = writer.complete();
            await writer.abort();
            await work;
          },
          TypeError,
          "it must not be aborted",
        );
      },
    ];
    for (const step of steps) {
      const writer = await createCog(`${folder}/image.tif`, header, { tileSize: 256 });
      await step(writer);
      await writer.abort();
      await writer.abort();
      assertEquals(namesIn(folder), []);
      await assertRejects(() => writer.write(data), TypeError, "done");
    }
  }));

Deno.test("createCog() refuses rows that do not fit, and leaves nothing", () =>
  inFolder(async (folder) => {
    const { data, ...header } = makeRaster({ width: 3, height: 2 });
    const wrong: readonly (readonly [PixelArray, string])[] = [
      [new Uint16Array(5), "whole rows of 6 values"],
      [new Uint16Array(18), "at most 2 of them"],
      [new Int16Array(6), "uint16 as in the header, got int16"],
    ];
    for (const [rows, message] of wrong) {
      const writer = await createCog(`${folder}/image.tif`, header);
      await assertRejects(() => writer.write(rows), TypeError, message);
      assertEquals(namesIn(folder), []);
    }
    const short = await createCog(`${folder}/image.tif`, header);
    await short.write(data.subarray(0, 6));
    await assertRejects(() => short.commit(), TypeError, "all 2 rows must be written");
    assertEquals(namesIn(folder), []);
    await assertRejects(
      () => createCog(`${folder}/image.tif`, { ...header, height: 0 }),
      TypeError,
      "0×3×2",
    );
  }));

Deno.test("write() refuses to be called before the last call is done", () =>
  inFolder(async (folder) => {
    const { data, ...header } = makeRaster({ width: 3, height: 2 });
    const writer = await createCog(`${folder}/image.tif`, header);
    const first = writer.write(data.subarray(0, 6));
    await assertRejects(() => writer.write(data.subarray(6)), TypeError, "await each");
    await first;
    await writer.write(data.subarray(6));
    await writer.commit();
    assertEquals((await readRaster(`${folder}/image.tif`)).data, data);
  }));

/** Version of a TIFF and the field types of the tags of its first directory. */
function fieldTypes(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer);
  const version = view.getUint16(2, true);
  const big = version === 43;
  const first = big ? Number(view.getBigUint64(8, true)) : view.getUint32(4, true);
  const count = big ? Number(view.getBigUint64(first, true)) : view.getUint16(first, true);
  const types = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const entry = first + (big ? 8 + 20 * i : 2 + 12 * i);
    types.set(view.getUint16(entry, true), view.getUint16(entry + 2, true));
  }
  return { version, types };
}

Deno.test("encodeCogHead() chooses BigTIFF with LONG8 exactly where 32 bits are too few", () => {
  const { data: _, ...header } = makeRaster({ width: 512, height: 512, bands: ["1"] });
  const level = (count: number) => [{ size: { width: 512, height: 512 }, counts: [count] }];
  const encode = (count: number, options: { bigTiff?: boolean } = {}) =>
    encodeCogHead(header, level(count), { side: 512, options });
  const room = 2 ** 32 - encode(0).length - 8;
  for (const [count, version, type] of [[room - 1, 42, 4], [room, 43, 16]] as const) {
    const found = fieldTypes(encode(count));
    assertEquals(found.version, version);
    assertEquals([found.types.get(324), found.types.get(325)], [type, type]);
  }
  assertEquals(fieldTypes(encode(1, { bigTiff: true })).version, 43);
});

/** Growth of memory while an image of that height is written, in bytes. */
async function growthOf(height: number): Promise<number> {
  const script = new URL("./cog_writer_memory.ts", import.meta.url).href;
  const path = await Deno.makeTempFile({ suffix: ".tif" });
  try {
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", script, path, String(height)],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return Number(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(path);
  }
}

slowTest(
  "createCog() takes memory that does not depend on the height, and less than cogMemory()",
  async () => {
    const low = await growthOf(2048);
    const high = await growthOf(8192);
    // The images differ by 327 MB; garbage that is not collected yet makes some difference.
    assert(high - low < 32e6, `${low / 1e6} MB, then ${high / 1e6} MB`);
    const bound = cogMemory({ width: 2048, bands: 13, dtype: "uint16" });
    assert(Math.max(low, high) < bound, `${low / 1e6} and ${high / 1e6} of ${bound / 1e6} MB`);
  },
);
