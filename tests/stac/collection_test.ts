/** Collections of runs: of a manifest, whoever made its scenes, and of every date. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError, OutputError } from "../../core/mod.ts";
import { findItems } from "../../products/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { compositeScene, writeRunCollection } from "../../restoration/mod.ts";
import { emrdm } from "../cli/run.ts";
import {
  crsOf,
  DAYS,
  type Json,
  searchResult,
  writeArchive,
  writeDocument,
} from "../products/stac/archive.ts";
import { inFolder } from "../restoration/tiny.ts";
import { violations } from "./validate.ts";

const readJson = async (path: string) => JSON.parse(await Deno.readTextFile(path)) as Json;

Deno.test("composite --manifest --collection: shards leave one valid collection of all scenes", async () => {
  await inFolder(async (folder) => {
    const items = await writeArchive(folder, "earthSearch", { dates: 2 });
    for (const [i, item] of items.entries()) await writeDocument(`${folder}/${i}.json`, item);
    await Deno.writeTextFile(
      `${folder}/scenes.csv`,
      "output,inputs\nout/a.tif,0.json\nout/deep/b.tif,1.json\n",
    );
    const collection = `${folder}/out/collection.json`;
    const counts: number[] = [];
    for (const shard of ["1/2", "2/2"]) {
      const { code, err } = await emrdm(
        ...["composite", "--manifest", `${folder}/scenes.csv`, "--shard", shard],
        ...["--collection", collection],
      );
      assertEquals(code, 0, err);
      counts.push((await readJson(collection)).links.length);
    }
    assertEquals(counts, [1, 2]);
    const made = await readJson(collection);
    assertEquals(violations(made), []);
    assertEquals(made.links.map(({ href }: Json) => href), ["./a.item.json", "./deep/b.item.json"]);
    assertEquals(made.extent.temporal.interval, [[
      `${DAYS[0]}T10:08:41Z`,
      `${DAYS[1]}T10:08:41Z`,
    ]]);
    const a = await readJson(`${folder}/out/a.item.json`);
    assertEquals(made.extent.spatial.bbox, [a.bbox]);
    assertEquals(made.summaries["proj:epsg"], [32633]);
    // It leads to the items, which are inputs again.
    assertEquals((await findItems(collection)).map(({ date }) => date), DAYS.slice(0, 2));
  });
});

Deno.test("writeRunCollection() lists the items of a pattern, and replaces no foreign file", async () => {
  await inFolder(async (folder) => {
    const items = await writeArchive(folder, "earthSearch", { dates: 2 });
    const path = await writeDocument(`${folder}/search.json`, searchResult(items));
    const output = `${folder}/out/{date}.tif`;
    await compositeScene({ inputs: [{ path }], reference: "all", write: { output } });
    const collection = `${folder}/collection.json`;
    assertEquals(await writeRunCollection(collection, { outputs: [output] }), 2);
    assertEquals((await readJson(collection)).links.map(({ href }: Json) => href), [
      `./out/${DAYS[0]}.item.json`,
      `./out/${DAYS[1]}.item.json`,
    ]);
    assertEquals(await writeRunCollection(collection, { outputs: [output] }), 2);
    await assertRejects(() => writeRunCollection(path, { outputs: [output] }), OutputError, "free");
    await assertRejects(
      () => writeRunCollection(collection, { outputs: [`${folder}/none.tif`] }),
      OutputError,
      "there must be an item",
    );
    await Deno.writeTextFile(`${folder}/out/${DAYS[0]}.item.json`, "{}");
    await assertRejects(
      () => writeRunCollection(collection, { outputs: [output] }),
      InputError,
      "it must be the STAC item",
    );
  });
});

Deno.test("a result without a known day has no item; one across the antimeridian has two parts", async () => {
  await inFolder(async (folder) => {
    const [width, height] = [32, 32];
    const data = Uint16Array.from({ length: width * height * 3 }, (_, i) => 500 + i % 400);
    const scene = {
      ...{ width, height, data, bands: ["B02", "B03", "B04"] },
      dtype: "uint16",
      transform: [833_900, 10, 0, 8_004_000, 0, -10],
      crs: crsOf(32701 - 1 + 60),
    } as const;
    await writeCog(`${folder}/scene.tif`, scene);
    const undated = await compositeScene({
      inputs: [{ path: `${folder}/scene.tif` }],
      write: { output: `${folder}/a.tif` },
    });
    assertEquals(undated.images[0]!.item, undefined);
    const wide = { ...scene, transform: [720_000, 10_000, 0, 8_004_000, 0, -10] } as const;
    await writeCog(`${folder}/wide_2018-05-07.tif`, wide);
    const { images } = await compositeScene({
      inputs: [{ path: `${folder}/wide_2018-05-07.tif` }],
      write: { output: `${folder}/b.tif` },
    });
    const item = await readJson(images[0]!.item!);
    assertEquals(violations(item), []);
    assertEquals([item.geometry.type, item.properties.datetime], [
      "MultiPolygon",
      "2018-05-07T00:00:00Z",
    ]);
    assert(item.bbox[0] > 0 && item.bbox[2] < 0, String(item.bbox));
    // A collection has the whole range of longitudes then.
    await writeRunCollection(`${folder}/all.json`, { outputs: [`${folder}/b.tif`] });
    const { bbox: [[west, , east]] } = (await readJson(`${folder}/all.json`)).extent.spatial;
    assertEquals([west, east], [-180, 180]);
    assertStringIncludes((await readJson(`${folder}/all.json`)).description, "1 image without");
  });
});
