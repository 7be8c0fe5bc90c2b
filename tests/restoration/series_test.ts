import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputError, type Raster } from "../../core/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { createModel } from "../../model/mod.ts";
import { openSeries, type OpenSeriesOptions } from "../../restoration/mod.ts";
import { inFolder, TINY } from "./tiny.ts";

await useEngine("cpu");

const small: Raster = {
  width: 3,
  height: 2,
  bands: ["B02", "B03"],
  dtype: "uint16",
  data: Uint16Array.from({ length: 12 }, (_, i) => i + 1),
  transform: [0, 10, 0, 100, 0, -10],
};

const model = createModel({ ...TINY, bands: [{ name: "B03", unit: "DN" }] });
const withSar = createModel({
  ...TINY,
  bands: [{ name: "B03", unit: "DN" }],
  condition: {
    order: ["cloudy", "auxiliary"],
    auxiliary: [{ name: "VV", unit: "dB" }, { name: "VH", unit: "dB" }],
    auxiliaryScaling: { low: -25, high: 0, clip: true },
  },
});

async function opened(options: OpenSeriesOptions, given = model) {
  const series = await openSeries(given, options);
  await series.close();
  return series;
}

Deno.test("openSeries() sorts by date and takes the last for reference", () =>
  inFolder(async (folder) => {
    const paths = ["2018-07-05", "2018-03-07", "2018-09-18"].map((d) => `${folder}/s_${d}.tif`);
    for (const path of paths) await writeCog(path, small);
    const inputs = paths.map((path) => ({ path }));
    const { dates, scene, paths: sorted } = await opened({ inputs });
    assertEquals([dates, scene.reference], [["2018-03-07", "2018-07-05", "2018-09-18"], 2]);
    assertEquals(sorted[0], paths[1]);
    const referenceOf = async (reference: string | number) =>
      (await opened({ inputs, reference })).scene.reference;
    assertEquals(await referenceOf(0), 1);
    assertEquals(await referenceOf("2018-03-07"), 0);
    assertEquals(await referenceOf(paths[2]!), 2);
    await assertRejects(
      () => referenceOf("2018-01-01"),
      RangeError,
      "2018-07-05, 2018-03-07, 2018-09-18",
    );
    await assertRejects(() => opened({ inputs: [] }), RangeError, "at least one");
    const dated = inputs.map(({ path }, i) => ({ path, date: `2020-01-0${3 - i}` }));
    assertEquals((await opened({ inputs: dated })).paths[0], paths[2]);
  }));

Deno.test("openSeries() refuses other grids with both transforms, and other CRS", () =>
  inFolder(async (folder) => {
    const utm = (epsg: number) => ({
      epsg,
      geoKeys: { directory: [1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, epsg] },
    });
    const files = {
      a: small,
      half: { ...small, transform: [5, 10, 0, 100, 0, -10] as const },
      moved: { ...small, transform: [-20, 10, 0, 110, 0, -10] as const },
      zone32: { ...small, crs: utm(32632) },
      zone33: { ...small, crs: utm(32633) },
    };
    for (const [name, raster] of Object.entries(files)) {
      await writeCog(`${folder}/${name}.tif`, raster);
    }
    const both = (...names: string[]) =>
      opened({ inputs: names.map((name) => ({ path: `${folder}/${name}.tif` })), reference: 0 });
    const error = await assertRejects(
      () => both("a", "half"),
      InputError,
      "[0, 10, 0, 100, 0, -10]",
    );
    assert(error.message.includes("[5, 10, 0, 100, 0, -10]"), error.message);
    const crs = await assertRejects(() => both("zone32", "zone33"), InputError, "EPSG:32632");
    assert(crs.message.includes("EPSG:32633"), crs.message);
    // Whole pixels away is the same grid.
    const { scene } = await both("a", "moved");
    assertEquals(scene.frames[1]!.place, { column: 2, row: 1 });
  }));

Deno.test("openSeries() picks bands by name, and takes names for nameless files", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await writeCog(path, { ...small, bands: ["1", "2"] });
    const inputs = [{ path }];
    await assertRejects(() => opened({ inputs }), InputError, "--band-names");
    const { scene } = await opened({ inputs, bandNames: ["B2", "B3"] });
    assertEquals(scene.frames[0]!.bands, [1]);
    assertEquals(scene.output, [0]);
    await assertRejects(() => opened({ inputs, bandNames: ["B2"] }), InputError, path);
    const bands = ["B02"];
    await assertRejects(
      () => opened({ inputs, bandNames: ["B2", "B3"], bands }),
      InputError,
      "known to model tiny",
    );
  }));

Deno.test("openSeries() finds auxiliary bands in one file for all dates, or in one per date", () =>
  inFolder(async (folder) => {
    const inputs = [2, 1].map((day) => ({ path: `${folder}/2020-01-0${day}.tif` }));
    for (const { path } of inputs) await writeCog(path, small);
    const sar = (bands: readonly string[]): Raster => ({
      ...small,
      bands,
      dtype: "float32",
      data: Float32Array.from({ length: 12 }, (_, i) => -i),
    });
    const [first, second, nameless, vv] = ["one", "two", "nameless", "vv"]
      .map((name) => `${folder}/${name}.tif`) as [string, string, string, string];
    for (const path of [first, second]) await writeCog(path, sar(["VH", "VV"]));
    await writeCog(nameless, sar(["1", "2"]));
    await writeCog(vv, sar(["VV", "angle"]));
    const auxiliary = async (...paths: string[]) =>
      (await opened({ inputs, auxiliary: paths }, withSar)).scene.auxiliary!;
    const one = await auxiliary(first);
    assertEquals([one.length, one[0]!.bands], [2, [1, 0]]);
    assertEquals((await auxiliary(nameless))[0]!.bands, [0, 1]);
    // In the order of the inputs; the scene's dates rise.
    const each = await auxiliary(first, second);
    assertEquals(each.map(({ file }) => (file as unknown as { source: string }).source), [
      second,
      first,
    ]);
    await assertRejects(() => auxiliary(), InputError, "auxiliary band VV");
    await assertRejects(() => auxiliary(vv), InputError, "auxiliary band VH");
    const wrong = { inputs, auxiliary: [first] };
    await assertRejects(() => opened(wrong), InputError, "takes no auxiliary");
  }));

Deno.test("openSeries() asks what stands for a missing B10, and fills it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await writeCog(path, small);
    const bands = ["B03", "B10"].map((name) => ({ name, unit: "DN" }));
    const wide = createModel({ ...TINY, bands });
    const inputs = [{ path }];
    await assertRejects(() => opened({ inputs }, wide), InputError, "--missing-b10");
    const zero = await opened({ inputs, missingB10: "zero" }, wide);
    assertEquals([zero.scene.frames[0]!.fill[1], zero.scene.frames[0]!.bands], [0, [1, undefined]]);
    assertEquals(zero.scene.output, [0]);
    const clear = await opened({ inputs, missingB10: "clear" }, wide);
    assertEquals(clear.scene.frames[0]!.fill[1], 12);
  }));
