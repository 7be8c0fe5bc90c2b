import { assertEquals, assertRejects } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { writeCog } from "../../data/mod.ts";
import { readSeries } from "../../restoration/mod.ts";

const small: Raster = {
  width: 3,
  height: 2,
  bands: ["B02", "B03"],
  dtype: "uint16",
  data: Uint16Array.from({ length: 12 }, (_, i) => i + 1),
  transform: [0, 10, 0, 100, 0, -10],
};

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readSeries() sorts by date and takes the last for reference", () =>
  inFolder(async (folder) => {
    const paths = ["2018-07-05", "2018-03-07", "2018-09-18"].map((d) => `${folder}/s_${d}.tif`);
    for (const path of paths) await writeCog(path, small);
    const inputs = paths.map((path) => ({ path }));
    const { dates, reference, paths: sorted } = await readSeries(inputs);
    assertEquals([dates, reference], [["2018-03-07", "2018-07-05", "2018-09-18"], 2]);
    assertEquals(sorted[0], paths[1]);
    assertEquals((await readSeries(inputs, { reference: 0 })).reference, 1);
    assertEquals((await readSeries(inputs, { reference: "2018-03-07" })).reference, 0);
    assertEquals((await readSeries(inputs, { reference: paths[2]! })).reference, 2);
    await assertRejects(
      () => readSeries(inputs, { reference: "2018-01-01" }),
      RangeError,
      "2018-07-05, 2018-03-07, 2018-09-18",
    );
    await assertRejects(() => readSeries([]), RangeError, "at least one");
  }));

Deno.test("readSeries() refuses other grids with both transforms, and other CRS", () =>
  inFolder(async (folder) => {
    const utm = (epsg: number) => ({
      epsg,
      geoKeys: { directory: [1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, epsg] },
    });
    const files = {
      a: small,
      moved: { ...small, transform: [5, 10, 0, 100, 0, -10] as const },
      wide: { ...small, width: 2, height: 3 },
      zone32: { ...small, crs: utm(32632) },
      zone33: { ...small, crs: utm(32633) },
    };
    for (const [name, raster] of Object.entries(files)) {
      await writeCog(`${folder}/${name}.tif`, raster);
    }
    const both = (...names: string[]) =>
      readSeries(names.map((name) => ({ path: `${folder}/${name}.tif` })));
    const error = await assertRejects(
      () => both("a", "moved"),
      TypeError,
      "[0, 10, 0, 100, 0, -10]",
    );
    assertEquals(error.message.includes("[5, 10, 0, 100, 0, -10]"), true);
    await assertRejects(() => both("a", "wide"), TypeError, "2×3");
    await assertRejects(() => both("zone32", "zone33"), TypeError, "EPSG:32632 and EPSG:32633");
  }));

Deno.test("readSeries() picks bands by name, and takes names for nameless files", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await writeCog(path, { ...small, bands: ["1", "2"] });
    const bands = ["B03"];
    await assertRejects(() => readSeries([{ path }], { bands }), TypeError, "say what they are");
    const { frames } = await readSeries([{ path }], { bands, bandNames: ["B2", "B3"] });
    assertEquals([frames[0]!.bands, Array.from(frames[0]!.data)], [["B03"], [2, 4, 6, 8, 10, 12]]);
    await assertRejects(
      () => readSeries([{ path }], { bandNames: ["B2"] }),
      TypeError,
      "the 1 bands B02, got 2",
    );
  }));
