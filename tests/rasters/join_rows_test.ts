import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError, OutputError, type Raster } from "../../core/mod.ts";
import {
  completeRows,
  joinRows,
  openRaster,
  readRaster,
  writeCog,
  type WriteCogOptions,
} from "../../rasters/mod.ts";
import { assertSameBytes, inFolder, makeRaster, namesIn, readLevels } from "./cog_cases.ts";

const SCENE = makeRaster({ width: 300, height: 1100 });

/** Rows of the scene. */
function rowsOf(from: number, to: number, scene: Raster = SCENE): Raster {
  const row = scene.width * scene.bands.length;
  const [a, b, c, d, e, f] = scene.transform!;
  return {
    ...scene,
    height: to - from,
    data: scene.data.slice(from * row, to * row),
    transform: [a + c * from, b, c, d + f * from, e, f],
  };
}

type Parts = Readonly<Record<string, Raster>>;

async function withParts(
  parts: Parts,
  work: (paths: readonly string[], folder: string) => Promise<void>,
  options: (name: string) => WriteCogOptions = () => ({}),
): Promise<void> {
  await inFolder(async (folder) => {
    for (const [name, raster] of Object.entries(parts)) {
      await writeCog(`${folder}/${name}.tif`, raster, { tileSize: 256, ...options(name) });
    }
    await work(Object.keys(parts).map((name) => `${folder}/${name}.tif`), folder);
  });
}

const CUTS: Readonly<Record<string, Parts>> = {
  "one part": { a: rowsOf(0, 1100) },
  "three parts": { a: rowsOf(0, 512), b: rowsOf(512, 513), c: rowsOf(513, 1100) },
  "parts in any order": { c: rowsOf(700, 1100), a: rowsOf(0, 300), b: rowsOf(300, 700) },
  "parts that overlap": {
    b: rowsOf(290, 800),
    inside: rowsOf(310, 400),
    a: rowsOf(0, 301),
    c: rowsOf(255, 1100),
  },
  "one part twice": { a: rowsOf(0, 1100), again: rowsOf(0, 1100) },
};

for (const [name, parts] of Object.entries(CUTS)) {
  Deno.test(`joinRows() makes the scene of ${name}`, () =>
    withParts(parts, async (paths, folder) => {
      await joinRows(paths, `${folder}/joined.tif`);
      await writeCog(`${folder}/scene.tif`, SCENE);
      const [joined, scene] = await Promise.all(
        ["joined", "scene"].map((file) => Deno.readFile(`${folder}/${file}.tif`)),
      );
      assertSameBytes(joined!, scene!);
    }));
}

Deno.test("joinRows() keeps the tags that all parts have, scales and offsets", () => {
  const options = (name: string): WriteCogOptions => ({
    tags: { MODEL: "m", ROWS: name },
    scales: [1e-4, 1e-4],
    offsets: [0, -0.1],
  });
  return withParts({ a: rowsOf(0, 600), b: rowsOf(600, 1100) }, async (paths, folder) => {
    await joinRows(paths, `${folder}/joined.tif`);
    const file = await openRaster(`${folder}/joined.tif`);
    await file.close();
    assertEquals(file.header.tags, { AREA_OR_POINT: "Area", MODEL: "m" });
    assertEquals([file.header.scales, file.header.offsets], [[1e-4, 1e-4], [0, -0.1]]);
  }, options);
});

Deno.test("joinRows() makes overviews of classes as asked, and of NaN", () => {
  const data = new Float32Array(600 * 600).fill(NaN);
  data.set([1, 2, 3], 600);
  const { crs: _, nodata: _nodata, ...plain } = SCENE;
  const scene: Raster = { ...plain, width: 600, height: 600, bands: ["1"], dtype: "float32", data };
  const parts = { a: rowsOf(0, 2, scene), b: rowsOf(1, 600, scene) };
  return withParts(parts, async (paths, folder) => {
    for (const [overviews, corner] of [["mean", 1.5], ["nearest", NaN]] as const) {
      await joinRows(paths, `${folder}/joined.tif`, { overviews, overwrite: true });
      const [full, half] = await readLevels(`${folder}/joined.tif`);
      assertEquals(full!.data, data);
      assertEquals(half!.data[0], corner);
    }
  });
});

const B = rowsOf(500, 1100);
const [X, STEP, , Y] = B.transform!;

const STRANGERS: readonly (readonly [name: string, other: Raster, message: string])[] = [
  ["a gap", rowsOf(520, 1100), "the 20 rows above it must be in one of the files"],
  ["a width", { ...B, width: 150, height: 1200 }, "its width must match "],
  ["bands", { ...B, bands: ["B02", "B04"] }, "B02, B03, got B02, B04"],
  [
    "a pixel type",
    { ...B, dtype: "int16", data: new Int16Array(B.data.length) },
    "uint16, got int16",
  ],
  ["nodata", { ...B, nodata: 7 }, "its nodata must match "],
  ["a pixel size", { ...B, transform: [X, 20, 0, Y, 0, -20] }, "it must lie on the grid of "],
  [
    "another column",
    { ...B, transform: [X + STEP, 10, 0, Y, 0, -10] },
    "it must lie on the grid of ",
  ],
  ["half a row", { ...B, transform: [X, 10, 0, Y + 5, 0, -10] }, "it must lie on the grid of "],
  ["other pixels", { ...rowsOf(490, 1100), data: rowsOf(480, 1090).data }, "row 0 of "],
  [
    "another CRS",
    {
      ...B,
      crs: {
        epsg: 32634,
        geoKeys: {
          directory: SCENE.crs!.geoKeys.directory.map((key) => key === 32633 ? 32634 : key),
        },
      },
    },
    "EPSG:32633, got EPSG:32634",
  ],
];

for (const [name, other, message] of STRANGERS) {
  Deno.test(`joinRows() refuses ${name} and names the file`, () =>
    withParts({ a: rowsOf(0, 500), b: other }, async (paths, folder) => {
      const error = await assertRejects(
        () => joinRows(paths, `${folder}/joined.tif`),
        InputError,
        message,
      );
      assert(error instanceof InputError && !error.message.includes("\n"));
      assertStringIncludes(error.message, `Cannot join ${folder}/b.tif: `);
      assertEquals(namesIn(folder), ["a.tif", "b.tif"]);
    }));
}

Deno.test("joinRows() refuses parts without georeference, missing parts and none", () => {
  const { transform: _, ...unplaced } = rowsOf(500, 1100);
  return withParts({ a: rowsOf(0, 500), b: unplaced }, async (paths, folder) => {
    const output = `${folder}/joined.tif`;
    await assertRejects(() => joinRows(paths, output), InputError, "b.tif: it must be georefer");
    await assertRejects(() => joinRows([], output), InputError, "at least one part, got none");
    await assertRejects(() => joinRows([`${folder}/c.tif`], output), InputError, "c.tif");
  });
});

Deno.test("joinRows() names the row and the files that differ where parts overlap", () => {
  const other = rowsOf(400, 1100);
  other.data[30 * other.width * other.bands.length + 7]! ^= 1;
  return withParts({ a: rowsOf(0, 500), b: other }, async (paths, folder) => {
    const error = await assertRejects(() => joinRows(paths, `${folder}/joined.tif`), InputError);
    assert(error instanceof InputError);
    assertStringIncludes(error.message, `row 30 of ${folder}/b.tif, which is row 430 of `);
  });
});

Deno.test("joinRows() replaces a file only when told to", () =>
  withParts({ a: rowsOf(0, 5), b: rowsOf(5, 9) }, async (paths) => {
    await assertRejects(() => joinRows(paths, paths[0]!), OutputError, "the file exists");
    await joinRows(paths, paths[0]!, { overwrite: true });
    assertEquals((await readRaster(paths[0]!)).data, rowsOf(0, 9).data);
  }));

Deno.test("joinRows() gives the scene the tags that it is told to", () =>
  withParts({ a: rowsOf(0, 5), b: rowsOf(5, 9) }, async (paths, folder) => {
    const tags = (common: Readonly<Record<string, string>>) => ({ ...common, ROWS: "all" });
    await joinRows(paths, `${folder}/joined.tif`, { tags });
    assertEquals((await readRaster(`${folder}/joined.tif`)).tags, {
      AREA_OR_POINT: "Area",
      MODEL: "m",
      ROWS: "all",
    });
  }, () => ({ tags: { MODEL: "m" } })));

Deno.test("completeRows() gives the file its name only when told to", () =>
  withParts({ a: rowsOf(0, 5), b: rowsOf(5, 9) }, async (paths, folder) => {
    const names = ["a.tif", "b.tif"];
    const given = await completeRows(paths, `${folder}/joined.tif`);
    assertEquals(namesIn(folder), [...names, "joined.tif.partial"]);
    await given.abort();
    assertEquals(namesIn(folder), names);
    const file = await completeRows(paths, `${folder}/joined.tif`);
    await file.commit();
    await file.abort();
    assertEquals(namesIn(folder), [...names, "joined.tif"]);
  }));

Deno.test("joinRows() stops by a signal with its reason, and leaves nothing", () =>
  withParts({ a: rowsOf(0, 600), b: rowsOf(600, 1100) }, async (paths, folder) => {
    const controller = new AbortController();
    const { signal } = controller;
    // It is asked for when all parts are open and nothing is written.
    const tags = () => {
      controller.abort(new RangeError("enough"));
      return {};
    };
    await assertRejects(
      () => joinRows(paths, `${folder}/joined.tif`, { signal, tags }),
      RangeError,
      "enough",
    );
    assertEquals(namesIn(folder), ["a.tif", "b.tif"]);
  }));
