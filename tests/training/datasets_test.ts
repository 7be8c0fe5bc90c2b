import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createRng, OptionsError, type Raster } from "../../core/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { toUnit } from "../../model/mod.ts";
import { datasetCheck, datasets, listDataset, openDataset } from "../../datasets/mod.ts";
import { builtins } from "../../builtins.ts";
import { readExperiment } from "../../training/mod.ts";
import {
  makeCuhkCr,
  makeFolder,
  makeIndex,
  makePlaces,
  makeSen12MsCr,
  makeSen2MtcNew,
  makeSeries,
} from "../datasets/look_alikes.ts";
import { makePrepared, PREPARED_BANDS } from "../datasets/prepared_look_alike.ts";

const SIZE = 16;
const MODEL = { tileSize: 8, length: 2, bands: ["B04", "B08"] } as const;

function raster(value: number, bands: readonly string[] = MODEL.bands): Raster {
  const data = new Uint16Array(SIZE * SIZE * bands.length).map((_, i) => value + i % 7);
  return { width: SIZE, height: SIZE, bands, data, dtype: "uint16" };
}

async function inFolder(f: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await f(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("openDataset() opens a folder with the model's tile size and frames", async () => {
  await inFolder(async (root) => {
    await Deno.mkdir(`${root}/clear`);
    await Deno.mkdir(`${root}/cloudy`);
    await writeCog(`${root}/clear/a.tif`, raster(1000));
    for (const l of [0, 1, 2]) await writeCog(`${root}/cloudy/a_${l}.tif`, raster(2000 + 1000 * l));
    const dataset = await openDataset({ type: "folder", root, augment: false }, MODEL);
    assertEquals([dataset.size, [...dataset.bands]], [1, ["B04", "B08"]]);
    const { length, height, cloudy, reference } = await dataset.sample(0, createRng(1));
    assertEquals([length, height, cloudy.length, reference], [2, 8, 2 * 8 * 8 * 2, 1]);
  });
});

Deno.test("openDataset() clouds the places of a folder", async () => {
  await inFolder(async (root) => {
    for (const place of ["here", "there"]) {
      for (const date of ["2018-03-07", "2018-07-05"]) {
        await Deno.mkdir(`${root}/${place}/${date}`, { recursive: true });
        for (const band of MODEL.bands) {
          await writeCog(`${root}/${place}/${date}/${band}.tif`, raster(1000, [band]));
        }
      }
    }
    const config = { type: "synthetic", root, places: ["here"], size: 7, overcast: 1 } as const;
    const dataset = await openDataset(config, MODEL);
    assertEquals([dataset.size, [...dataset.bands]], [7, ["B04", "B08"]]);
    const { length, cloudy, target } = await dataset.sample(3, createRng(1));
    assertEquals([length, cloudy.length, target.length], [2, 2 * 8 * 8 * 2, 8 * 8 * 2]);
    assertEquals(target.every((value) => value >= 1000 && value < 1007), true);
  });
});

Deno.test("openDataset() says which folder is missing", async () => {
  await inFolder(async (root) => {
    await assertRejects(
      () => openDataset({ type: "folder", root: `${root}/none` }, MODEL),
      TypeError,
      "none",
    );
  });
});

/** Every type with its look-alike, and what a model of its kind is told. */
const TYPES: Readonly<
  Record<keyof typeof datasets, {
    make(root: string): Promise<unknown>;
    config(root: string): object;
    readonly bands: readonly string[];
    readonly length: number;
    readonly auxiliary: number;
  }>
> = {
  sen2MtcNew: {
    make: makeSen2MtcNew,
    config: (root) => ({ root, split: "val" }),
    bands: ["B04", "B03", "B02"],
    length: 3,
    auxiliary: 1,
  },
  sen12MsCr: {
    make: makeSen12MsCr,
    config: (root) => ({ root, splits: "published" }),
    bands: ["B04", "B03", "B02"],
    length: 1,
    auxiliary: 2,
  },
  cuhkCr: {
    make: makeCuhkCr,
    config: (root) => ({ root: `${root}/rgb`, nirRoot: `${root}/nir`, split: "val" }),
    bands: ["R", "G", "B", "NIR"],
    length: 1,
    auxiliary: 0,
  },
  folder: {
    make: makeFolder,
    config: (root) => ({ root }),
    bands: ["B04", "B08"],
    length: 2,
    auxiliary: 2,
  },
  index: {
    make: makeIndex,
    config: (root) => ({ file: `${root}/index.csv`, reference: 0 }),
    bands: ["B04", "B08"],
    length: 2,
    auxiliary: 2,
  },
  synthetic: {
    make: makePlaces,
    config: (root) => ({ root, auxiliaryBands: ["B08"] }),
    bands: ["B04"],
    length: 2,
    auxiliary: 1,
  },
  transplant: {
    make: makeSeries,
    config: (root) => ({ root }),
    bands: ["B04", "B08"],
    length: 3,
    auxiliary: 0,
  },
  prepared: {
    make: makePrepared,
    config: (root) => ({ root: `${root}/samples` }),
    bands: PREPARED_BANDS,
    length: 1,
    auxiliary: 0,
  },
};

for (const type of Object.keys(datasets) as readonly (keyof typeof datasets)[]) {
  Deno.test(`${type} as JSON opens with the model's tiles, frames and bands, and can be listed`, () =>
    inFolder(async (root) => {
      const { make, config, bands, length, auxiliary } = TYPES[type];
      await make(root);
      const json = JSON.parse(JSON.stringify({ type, ...config(root) }));
      const checked = datasetCheck()(json, "$");
      const dataset = await openDataset(checked, { tileSize: 8, length, bands });
      assertEquals([...dataset.bands], [...bands]);
      const sample = await dataset.sample(1, createRng(1));
      assertEquals([sample.length, sample.height, sample.width], [length, 8, 8]);
      assertEquals(sample.cloudy.length, length * 64 * bands.length);
      assertEquals(sample.auxiliary?.length ?? 0, length * 64 * auxiliary);
      assertEquals(await dataset.sample(1, createRng(1)), sample);
      const listing = await listDataset(checked, { bands });
      assertEquals([listing.type, listing.findings], [type, []]);
      // Clear images make painted samples, in any number.
      if (!builtins.entry("dataset", type).painted) {
        assertEquals(listing.samples.length, dataset.size);
      }
    }));
}

Deno.test("the JSON of a dataset is checked option by option", () => {
  const fails = (config: object, message: string) =>
    assertThrows(() => datasetCheck()(config, "$.data.train"), OptionsError, message);
  fails({ type: "sen3", root: "x" }, '$.data.train.type: "sen3" is not a known dataset');
  fails({ type: "sen12MsCr" }, "$.data.train.root: is required");
  fails({ type: "index", root: "x" }, "$.data.train.root: is not a known option");
  fails({ type: "index" }, "$.data.train.file: is required");
  fails({ type: "sen12MsCr", root: "x", splits: "leaky" }, "splits: must be one of exact");
  fails({ type: "sen2MtcNew", root: "x", monoFrame: 3 }, "monoFrame: must be an integer");
  fails({ type: "cuhkCr", root: "x", split: "all" }, "split: must be one of train, val, test");
  fails({ type: "cuhkCr", root: "x", tileSize: 8 }, "tileSize: is not a known option");
});

Deno.test("datasets of one date refuse models of several", async () => {
  for (const type of ["sen12MsCr", "cuhkCr"] as const) {
    await assertRejects(
      () => openDataset({ type, root: "x" }, { tileSize: 8, length: 3, bands: [] }),
      OptionsError,
      "samples of one frame, got a model of 3",
    );
  }
});

/** Scalings as the specification's §7 writes them. */
const SCALINGS = {
  sen2_mtc_new: { images: (v: number) => (v / 10000 - 0.5) / 0.5 },
  sen12ms_cr: {
    images: (v: number) => 2 * (Math.min(Math.max(v, 0), 10000) / 10000) - 1,
    auxiliary: (v: number) => 2 * ((Math.min(Math.max(v, -25), 0) + 25) / 25) - 1,
  },
  cuhk_cr1: { images: (v: number) => 2 * (v / 255) - 1 },
} as const;

for (const [name, scalings] of Object.entries(SCALINGS)) {
  Deno.test(`the card of ${name} scales as the paper's loader does`, async () => {
    const path = new URL(`../../experiments/published/${name}.json`, import.meta.url);
    const { model: { scaling, condition } } = await readExperiment(path);
    const values = [-40, -25, -3.3, -0.01, 0, 0.5, 127.5, 255.9, 4999, 10000, 12345];
    const cases = [[scalings.images, scaling], [
      "auxiliary" in scalings ? scalings.auxiliary : undefined,
      condition?.auxiliaryScaling,
    ]] as const;
    for (const [want, card] of cases) {
      if (want === undefined) continue;
      const got = toUnit(values, card!, 1);
      values.forEach((v, i) => {
        // One step of float32.
        const tolerance = 2 ** -23 * Math.max(1, Math.abs(want(v)));
        assert(Math.abs(got[i]! - want(v)) <= tolerance, `${v}: ${got[i]}`);
      });
    }
  });
}
