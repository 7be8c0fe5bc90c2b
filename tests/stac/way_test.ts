/** The whole way: items of three archives in, an image and a valid item out, opened from the item alone. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError, OutputError } from "../../core/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { openScene } from "../../products/mod.ts";
import { checksumOf, readRaster } from "../../rasters/mod.ts";
import { compositeScene, restoreEvery, restoreScene } from "../../restoration/mod.ts";
import { emrdm } from "../cli/run.ts";
import { ranged, withServer } from "../files/server.ts";
import { HAS_GDAL, shell } from "../gdal.ts";
import {
  BANDS_10M,
  DAYS,
  type Json,
  ORIGIN,
  searchResult,
  SIDE,
  writeArchive,
  writeDocument,
} from "../products/stac/archive.ts";
import { inFolder, tinyModel } from "../restoration/tiny.ts";
import { violations } from "./validate.ts";

await useEngine("cpu");

const model = tinyModel();
/** The model is for L1C; what it makes of L2A is of no interest here. */
const LOOSE = { allowLevelMismatch: true, steps: 1 } as const;

const readJson = async (path: string) => JSON.parse(await Deno.readTextFile(path)) as Json;

/** Everything that a run left in a folder, as text. */
async function textsIn(folder: string): Promise<string> {
  const texts: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile) {
      texts.push(new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/${name}`)));
    }
  }
  return texts.join("\n");
}

Deno.test("restoreScene(): one item in, an image and a valid item out, opened from the item alone", async () => {
  await inFolder(async (folder) => {
    const [item] = await writeArchive(folder, "earthSearch") as [Json];
    const path = await writeDocument(`${folder}/S2A.json`, item);
    const output = `${folder}/clear.tif`;
    const result = await restoreScene(model, {
      ...LOOSE,
      inputs: [{ path }],
      mask: { source: "scl", dilate: 0, feather: 0 },
      ensemble: { samples: 2 },
      write: { output, picture: `${folder}/clear.png` },
    });
    assertEquals(result.item, `${folder}/clear.item.json`);
    assertEquals([result.dates, result.paths], [[DAYS[0]], [path]]);
    const made = await readJson(result.item!);
    assertEquals(violations(made), []);
    assertEquals([made.id, made.properties.datetime], ["clear", "2018-05-07T10:08:41Z"]);
    assertEquals(made.properties["proj:epsg"], 32633);
    assertEquals(made.properties["proj:shape"], [SIDE, SIDE]);
    assertEquals(made.properties["proj:transform"], [10, 0, ORIGIN[0], 0, -10, ORIGIN[1]]);
    assertEquals(made.properties["emrdm:model_sha256"], result.tags.EMRDM_MODEL_SHA256);
    assertEquals(made.properties["emrdm:seed"], "0");
    assertEquals(made.links, [{
      rel: "derived_from",
      href: "S2A.json",
      type: "application/geo+json",
    }]);
    assertEquals(Object.keys(made.assets), ["image", "provenance", "uncertainty", "picture"]);
    for (const asset of Object.values<Json>(made.assets)) {
      const { sha256, size } = await checksumOf(`${folder}/${asset.href}`);
      assertEquals([asset["file:checksum"], asset["file:size"]], [`1220${sha256}`, size]);
    }
    const { "eo:bands": optical, "raster:bands": values } = made.assets.image;
    assertEquals(optical.map(({ name }: Json) => name), [...BANDS_10M]);
    assertEquals(optical[3], { name: "B08", common_name: "nir", center_wavelength: 0.8328 });
    assertEquals(values[0].data_type, "uint16");
    // GDAL's own place for the centre of the scene.
    const [west, south, east, north] = made.bbox;
    if (HAS_GDAL) {
      const corners =
        JSON.parse(await shell(`gdalinfo -json ${output}`)).wgs84Extent.coordinates[0];
      for (const [x, y] of corners as [number, number][]) {
        assert(x > west - 1e-5 && x < east + 1e-5 && y > south - 1e-5 && y < north + 1e-5);
      }
    }
    // The item is an input again: the same pixels, radiometry and day.
    const scene = await openScene(result.item!);
    try {
      assertEquals([scene.header.bands, scene.datetime], [
        [...BANDS_10M],
        "2018-05-07T10:08:41.000Z",
      ]);
      assertEquals((await scene.read()).data, (await readRaster(output)).data);
      assertEquals([scene.product.level, scene.product.baseline], ["L2A", "05.00"]);
    } finally {
      await scene.close();
    }
    const options = { ...LOOSE, inputs: [{ path }], write: { output } };
    await assertRejects(() => restoreScene(model, options), OutputError, "exists");
  });
});

Deno.test({
  name: "GDAL opens a result from its item alone (STACIT), with its grid and values",
  ignore: !HAS_GDAL,
  fn: async () => {
    await inFolder(async (folder) => {
      const [item] = await writeArchive(folder, "planetaryComputer") as [Json];
      const path = await writeDocument(`${folder}/S2A.json`, item);
      const output = `${folder}/clear.tif`;
      await restoreScene(model, { ...LOOSE, inputs: [{ path }], write: { output } });
      // GDAL before 3.10 takes items in a collection alone.
      const made = await readJson(`${folder}/clear.item.json`);
      await writeDocument(`${folder}/results.json`, searchResult([made]));
      const script = [
        "import json, os, sys",
        "from osgeo import gdal",
        "gdal.UseExceptions()",
        "os.chdir(sys.argv[1])",
        "item = json.load(open('clear.item.json'))",
        "b = gdal.Open('clear.tif')",
        "ways = [item['assets']['image']['href'], 'STACIT:\"results.json\":asset=image']",
        "same = lambda a: [a.GetGeoTransform() == b.GetGeoTransform(), a.RasterCount,",
        "  [a.GetRasterBand(i + 1).Checksum() == b.GetRasterBand(i + 1).Checksum()",
        "   for i in range(b.RasterCount)]]",
        "print(json.dumps([same(gdal.Open(way)) for way in ways]))",
      ].join("\n");
      await Deno.writeTextFile(`${folder}/open.py`, script);
      const opened = JSON.parse(await shell(`/usr/bin/python3 ${folder}/open.py ${folder}`));
      const same = [true, 4, [true, true, true, true]];
      assertEquals(opened, [same, same]);
    });
  },
});

Deno.test("a series from a signed search result leaks its signatures nowhere", async () => {
  await inFolder(async (folder) => {
    const served = `${folder}/served`;
    const out = `${folder}/out`;
    await Deno.mkdir(out);
    await withServer(async (request) => {
      const url = new URL(request.url);
      if (url.searchParams.get("sig") !== "SECRET") return new Response("no", { status: 403 });
      const bytes = await Deno.readFile(`${served}${decodeURIComponent(url.pathname)}`)
        .catch(() => undefined);
      return bytes === undefined ? new Response("none", { status: 404 }) : ranged(bytes, request);
    }, async (url) => {
      const base = url.replace("a.tif", "");
      const items = await writeArchive(served, "cdse", { base, query: "?sig=SECRET", dates: 3 });
      await writeDocument(`${served}/search.json`, searchResult(items));
      const { code, out: printed, err } = await emrdm(
        ...["composite", `${base}search.json?sig=SECRET`, "--reference", DAYS[1]],
        ...["--datetime", `${DAYS[0]}/${DAYS[2]}`, "--out", `${out}/clear.tif`],
      );
      assertEquals([code, err.includes("SECRET")], [0, false], err);
      assertEquals(printed.includes("SECRET"), false);
    });
    const item = await readJson(`${out}/clear.item.json`);
    assertEquals(violations(item), []);
    assertEquals(item.properties.datetime, `${DAYS[1]}T10:00:31Z`);
    assert(item.links.length > 1);
    assertEquals((await textsIn(out)).includes("SECRET"), false);
    const image = await readRaster(`${out}/clear.tif`);
    assertEquals(image.bands, [...BANDS_10M, "B8A", "B11"]);
    assertEquals(image.tags?.EMRDM_REFERENCE, DAYS[1]);
  });
});

Deno.test("restoreEvery() restores every item of a collection, and resumes by its items, too", async () => {
  await inFolder(async (folder) => {
    const items = await writeArchive(folder, "earthSearch", { dates: 2 });
    const path = await writeDocument(`${folder}/search.json`, searchResult(items));
    const options = {
      ...LOOSE,
      inputs: [{ path }],
      write: { output: `${folder}/out/{name}.tif` },
    };
    const { images } = await restoreEvery(model, options);
    assertEquals(images.map(({ output }) => output.replace(/.*[/]/, "")), [
      "S2A_33UWP_20180507_0_L2A.tif",
      "S2A_33UWP_20180512_0_L2A.tif",
    ]);
    for (const { item } of images) assertEquals(violations(await readJson(item!)), []);
    const bytes = await Deno.readFile(images[0]!.item!);
    assertEquals((await restoreEvery(model, options)).images.length, 0);
    // An item that is missing is made again, with equal bytes.
    await Deno.remove(images[0]!.item!);
    assertEquals((await restoreEvery(model, options)).images.length, 1);
    assertEquals(await Deno.readFile(images[0]!.item!), bytes);
  });
});

Deno.test("compositeScene() of a period has an item with an interval", async () => {
  await inFolder(async (folder) => {
    const items = await writeArchive(folder, "earthSearch", { dates: 3 });
    const path = await writeDocument(`${folder}/search.json`, searchResult(items));
    const result = await compositeScene({
      inputs: [{ path }],
      reference: "none",
      write: { output: `${folder}/may.tif` },
    });
    const item = await readJson(result.images[0]!.item!);
    assertEquals(violations(item), []);
    const { datetime, start_datetime, end_datetime } = item.properties;
    assertEquals([datetime, start_datetime, end_datetime], [
      null,
      "2018-05-07T00:00:00Z",
      "2018-05-17T23:59:59Z",
    ]);
  });
});

Deno.test("restoreScene() restores a box in degrees, and writes nothing for bad items", async () => {
  await inFolder(async (folder) => {
    const [item] = await writeArchive(folder, "earthSearch") as [Json];
    const path = await writeDocument(`${folder}/S2A.json`, item);
    const write = { output: `${folder}/part.tif` };
    const whole = { ...LOOSE, inputs: [{ path }], write };
    await restoreScene(model, {
      ...whole,
      bbox: [16.3385, 47.8435, 16.3395, 47.8445],
      bboxCrs: "EPSG:4326",
    });
    const { width, height } = await readRaster(write.output);
    assert(width < SIDE && height < SIDE, `${width}×${height}`);
    await Deno.remove(write.output);
    await Deno.remove(`${folder}/part.item.json`);
    const before = [...Deno.readDirSync(folder)].length;
    item.assets.red["raster:bands"][0].offset = 0.3;
    await writeDocument(path, item);
    const { message } = await assertRejects(
      () => restoreScene(model, whole),
      InputError,
      "assets.red.raster:bands[0].offset",
    );
    assertStringIncludes(message, "S2A.json");
    const other = await Deno.makeTempDir({ dir: folder });
    const [second] = await writeArchive(other, "planetaryComputer", { epsg: 32634 }) as [Json];
    delete second.properties["proj:epsg"];
    second.properties.datetime = "2018-05-07T09:00:00Z";
    const foreign = await writeDocument(`${other}/S2B.json`, second);
    item.assets.red["raster:bands"][0].offset = -0.1;
    await writeDocument(path, item);
    const mixed = await assertRejects(
      () => restoreScene(model, { ...whole, inputs: [{ path }, { path: foreign }] }),
      InputError,
      "choose items of one grid",
    );
    assertStringIncludes(mixed.message, "S2B.json");
    // An asset is no output.
    const asset = `${folder}/${item.assets.red.href}`;
    await assertRejects(
      () => restoreScene(model, { ...whole, write: { output: asset, overwrite: true } }),
      OutputError,
      "must not be one of the inputs",
    );
    assertEquals([...Deno.readDirSync(folder)].length, before + 1);
  });
});
