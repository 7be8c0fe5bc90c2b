import { assertEquals, assertRejects } from "@std/assert";
import { createRng, InputError } from "../../core/mod.ts";
import { folderDataset, indexDataset, listIndexDataset } from "../../datasets/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import { inFolder, makeFolder, makeIndex, noiseRaster, SIDE, TWO, write } from "./look_alikes.ts";

const PIXELS = SIDE * SIDE;

Deno.test("indexDataset() reads what its rows name, relative to the file", () =>
  inFolder(async (root) => {
    await makeIndex(root);
    const options = { file: `${root}/index.csv`, tileSize: SIDE, augment: false } as const;
    const dataset = await indexDataset(options);
    assertEquals([dataset.size, dataset.bands], [2, ["B04", "B08"]]);
    const sample = await dataset.sample(1, createRng(1));
    assertEquals([sample.name, sample.length, sample.reference], ["b", 2, 1]);
    const data = async (path: string) => [...(await readRaster(`${root}/${path}`)).data];
    assertEquals([...sample.target], await data("clear/b.tif"));
    const cloudy = [...await data("cloudy/b_0.tif"), ...await data("cloudy/b_1.tif")];
    assertEquals([...sample.cloudy], cloudy);
    // One SAR image stands beside every frame.
    const sar = await data("sar/b.tif");
    assertEquals([...sample.auxiliary!], [...sar, ...sar]);
    const masks = [...await data("mask/b_0.tif"), ...await data("mask/b_1.tif")];
    assertEquals([...sample.mask!], masks.map((value) => value > 0 ? 1 : 0));
    const train = await indexDataset({ ...options, split: "train", sar: false, mask: false });
    const one = await train.sample(0, createRng(1));
    assertEquals([train.size, one.name, one.auxiliary, one.mask], [1, "a", undefined, undefined]);
  }));

Deno.test("the same samples as CSV with numbered columns, and as JSON lines", () =>
  inFolder(async (root) => {
    await makeIndex(root);
    const options = { tileSize: SIDE, augment: false, split: "train" } as const;
    const read = async (file: string) =>
      await (await indexDataset({ ...options, file: `${root}/${file}` })).sample(0, createRng(1));
    const want = await read("index.csv");
    await Deno.writeTextFile(
      `${root}/columns.csv`,
      "split,id,target,cloudy_0,cloudy_1,sar,mask,note\n" +
        "train,a,clear/a.tif,cloudy/a_0.tif,cloudy/a_1.tif,sar/a.tif,mask/a_0.tif; mask/a_1.tif,x\n",
    );
    assertEquals(await read("columns.csv"), want);
    const { notes } = await listIndexDataset({ file: `${root}/columns.csv` });
    assertEquals(notes, ["columns that are not used: note"]);
    const row = {
      id: "a",
      split: "train",
      cloudy: ["cloudy/a_0.tif", "cloudy/a_1.tif"],
      sar: "sar/a.tif",
      target: `${root}/clear/a.tif`,
      mask: ["mask/a_0.tif", "mask/a_1.tif"],
      date: ["2018-03-07", "2018-03-12"],
    };
    await Deno.writeTextFile(`${root}/index.jsonl`, `\n${JSON.stringify(row)}\n`);
    assertEquals(await read("index.jsonl"), want);
  }));

Deno.test("a row's reference is the frame that its target depicts", () =>
  inFolder(async (root) => {
    await makeFolder(root);
    const file = `${root}/index.csv`;
    const row = "cloudy/a_0.tif;cloudy/a_1.tif,clear/a.tif";
    await Deno.writeTextFile(file, `cloudy,target,reference\n${row},0\n`);
    const options = { file, tileSize: SIDE } as const;
    const reference = async (options: Parameters<typeof indexDataset>[0]) =>
      (await (await indexDataset(options)).sample(0, createRng(1))).reference;
    assertEquals(await reference(options), 0);
    assertEquals(await reference({ ...options, reference: 1 }), 1);
    await assertRejects(() => indexDataset({ ...options, reference: 2 }), RangeError, "below L");
    await Deno.writeTextFile(file, `cloudy,target,reference\n${row},2\n`);
    await assertRejects(() => indexDataset(options), InputError, "must be a frame, 0 to 1, got 2");
  }));

Deno.test("names of bands that the files do not state may be given", () =>
  inFolder(async (root) => {
    await write(`${root}/a.tif`, noiseRaster("a", { bands: 3 }));
    await write(`${root}/b.tif`, noiseRaster("b", { bands: 3 }));
    const file = `${root}/index.csv`;
    await Deno.writeTextFile(file, "cloudy,target\na.tif,b.tif\n");
    assertEquals((await indexDataset({ file, tileSize: 4 })).bands, ["1", "2", "3"]);
    const bands = ["B04", "B03", "B02"];
    const dataset = await indexDataset({ file, tileSize: 4, bands });
    assertEquals(dataset.bands, bands);
    assertEquals((await dataset.sample(0, createRng(1))).target.length, 48);
    const wrong = await indexDataset({ file, tileSize: 4, bands: ["B04"] });
    await assertRejects(() => wrong.sample(0, createRng(1)), InputError, "must have 1 bands");
  }));

Deno.test("indexDataset() proposes no option that it does not have", () =>
  inFolder(async (root) => {
    await makeFolder(root);
    const file = `${root}/index.csv`;
    const row = "cloudy/a_0.tif;cloudy/a_1.tif,clear/a.tif,mask/a_0.tif";
    await Deno.writeTextFile(file, `cloudy,target,mask\n${row}\n`);
    const { message } = await assertRejects(
      () => indexDataset({ file, tileSize: SIDE }),
      InputError,
    );
    assertEquals(message.includes("skipIncomplete"), false, message);
    const folder = { root, tileSize: SIDE, length: 2 };
    await Deno.remove(`${root}/cloudy/a_1.tif`);
    await assertRejects(() => folderDataset(folder), InputError, 'or set "skipIncomplete"');
  }));

Deno.test("indexDataset() says which row is wrong and why", () =>
  inFolder(async (root) => {
    await makeFolder(root);
    const cases: readonly (readonly [string, string, string])[] = [
      ["index.csv", "cloudy,target\ncloudy/a_0.tif,\n", "row 1 (1) must name one target, got 0"],
      ["index.csv", "clody,target\nx,clear/a.tif\n", "must name a cloudy image"],
      ["index.csv", "cloudy,target\n", "must have a sample, got none"],
      ["index.csv", 'cloudy,target\n"x', "must be CSV"],
      ["index.jsonl", '{"cloudy": "x"}', "row 1 (1) must name one target"],
      ["index.jsonl", "\n[1]", "line 2 must be an object"],
      ["index.jsonl", "{", "line 1 must be JSON"],
      [
        "index.csv",
        "cloudy,target,date\ncloudy/a_0.tif,clear/a.tif,2018-02-30\n",
        "must be a day as 2018-03-07, got 2018-02-30",
      ],
      [
        "index.csv",
        "cloudy,target,mask\ncloudy/a_0.tif;cloudy/a_1.tif,clear/a.tif,mask/a_0.tif\n",
        "a mask of each of 2 frames, got 1",
      ],
    ];
    for (const [name, text, message] of cases) {
      const file = `${root}/${name}`;
      await Deno.writeTextFile(file, text);
      await assertRejects(() => indexDataset({ file, tileSize: 4 }), InputError, message);
    }
    await assertRejects(
      () => indexDataset({ file: `${root}/none.csv`, tileSize: 4 }),
      InputError,
      "must exist",
    );
  }));

Deno.test("folderDataset() reads sar/, mask/ and folders of splits", () =>
  inFolder(async (root) => {
    await makeFolder(`${root}/train`);
    const options = { root, split: "train", tileSize: SIDE, augment: false } as const;
    const dataset = await folderDataset(options);
    const sample = await dataset.sample(0, createRng(1));
    assertEquals([dataset.size, sample.length, sample.auxiliary!.length], [2, 2, 4 * PIXELS]);
    const mask = (await readRaster(`${root}/train/mask/a_1.tif`)).data;
    assertEquals(sample.mask!.length, 2 * PIXELS);
    mask.forEach((value, i) => assertEquals(sample.mask![PIXELS + i], value > 0 ? 1 : 0));
    const plain = await folderDataset({ ...options, sar: false, mask: false });
    const less = await plain.sample(0, createRng(1));
    assertEquals([less.auxiliary, less.mask, less.cloudy], [undefined, undefined, sample.cloudy]);
    await Deno.remove(`${root}/train/mask/b_1.tif`);
    await assertRejects(() => folderDataset(options), InputError, "mask/b");
    assertEquals((await folderDataset({ ...options, skipIncomplete: true })).size, 1);
  }));

Deno.test("random crops avoid pixels without data; where there are none, the file is named", () =>
  inFolder(async (root) => {
    await makeFolder(root);
    const raster = noiseRaster("holes", TWO);
    // No data but in a corner of 5×5 pixels.
    for (let i = 0; i < PIXELS; i++) {
      if (i % SIDE >= 5 || Math.floor(i / SIDE) >= 5) raster.data.fill(0, 2 * i, 2 * i + 2);
    }
    await write(`${root}/cloudy/a_0.tif`, raster);
    const small = await folderDataset({ root, tileSize: 3 });
    let whole = 0;
    for (let seed = 0; seed < 10; seed++) {
      const found = await small.sample(0, createRng(seed)).catch(() => undefined);
      if (found === undefined) continue;
      whole++;
      assertEquals(found.cloudy.includes(0), false);
    }
    // 9 of 196 crops are whole: 20 draws find one with probability 0.61.
    assertEquals(whole > 2, true, `${whole} of 10`);
    const large = await folderDataset({ root, tileSize: 6 });
    await assertRejects(() => large.sample(0, createRng(1)), InputError, "of 20 random crops");
  }));
