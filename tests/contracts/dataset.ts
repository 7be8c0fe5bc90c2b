/**
 * Contract of a dataset, for built-ins and plugins alike: options, listing, samples, and what training
 * relies on to resume and to use Workers.
 *
 * @module
 */

import { createRng, InputError, OptionsError, Registry } from "../../core/mod.ts";
import {
  type AnyDatasetEntry,
  checkDataset,
  type Dataset,
  DATASET_FUNCTIONS,
  datasetCheck,
  type DatasetModel,
  listDataset,
  loadDataset,
  openDataset,
  pathsOf,
  type Sample,
  wholeImages,
} from "../../datasets/mod.ts";
import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "../assert.ts";

/** A small sound dataset, and what its samples must be. */
export interface DatasetContract {
  /**
   * Writes at least two samples into an empty folder, and returns the options that open them. The same
   * call in another folder writes the same data.
   */
  readonly make: (folder: string) => Promise<object>;
  /** A model of tiles smaller than the images. */
  readonly model: DatasetModel;
  /** Number of auxiliary bands. Default 0. */
  readonly auxiliary?: number;
  /** True if samples have masks. Default false. */
  readonly mask?: boolean;
  /** True if samples bring the mean of all dates. Default false. */
  readonly mean?: boolean;
}

const SEEDS = [1, 2, 3];

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Arrays of a sample by name. */
function arraysOf({ cloudy, target, auxiliary, mask, mean }: Sample) {
  return Object.entries({ cloudy, target, auxiliary, mask, ...mean })
    .flatMap(([name, array]) => array === undefined ? [] : [{ name, array }]);
}

/**
 * Registers the tests of a dataset.
 *
 * @param type Its type in JSON.
 * @param entry Its catalog entry.
 * @param contract A small dataset and the shape of its samples.
 */
export function testDataset(
  type: string,
  entry: AnyDatasetEntry,
  { make, model, auxiliary = 0, mask = false, mean = false }: DatasetContract,
): void {
  const registry = new Registry(
    { dataset: { [type]: entry } },
    { functions: { dataset: DATASET_FUNCTIONS } },
  );
  const { tileSize, length, bands } = model;
  const check = datasetCheck({ registry });
  const pixels = tileSize * tileSize;

  /** Writes the data; the config has gone through JSON, as in an experiment. */
  const configOf = async (folder: string) =>
    check(JSON.parse(JSON.stringify({ type, ...await make(folder) })), "$.data.train");

  function test(what: string, work: (folder: string) => Promise<void>): void {
    Deno.test(`dataset ${type} ${what}`, () => inFolder(work));
  }

  test("checks its options and keeps those that are given", async (folder) => {
    const config = await configOf(folder);
    assertEquals(check(config, "$"), config);
    for (const [option, value] of Object.entries(entry.defaults)) {
      if (value !== undefined) assertEquals(entry.checks[option]!(value, "$"), value, option);
    }
    const error = assertThrows(() => check({ ...config, noSuchOption: 1 }, "$.x"), OptionsError);
    assertEquals(error.path, "$.x.noSuchOption");
  });

  test("names what is missing where its folders or files are", async (folder) => {
    const config = await configOf(folder);
    const paths = pathsOf(config);
    assert(Object.keys(paths).length > 0, "an option must be a path, by its name");
    const away = Object.fromEntries(
      Object.entries(paths).map(([key, path]) => [key, path.replace(folder, `${folder}/none`)]),
    );
    const error = await assertRejects(
      () => openDataset({ ...config, ...away }, model, { registry }),
      InputError,
    );
    assert(error.message.includes(`${folder}/none`), error.message);
  });

  test("lists files that hold what it says", async (folder) => {
    const listing = await listDataset(await configOf(folder), { registry, bands });
    assertEquals([listing.type, listing.findings], [type, []]);
    const { records = 0 } = listing;
    assert(listing.samples.length + records > 0, "it must list a sample");
    assertEquals(
      [...new Set(listing.samples.map(({ split }) => split))].filter((split) =>
        !listing.splits.includes(split)
      ),
      [],
    );
    const { report } = await checkDataset(listing, { tileSize });
    assertEquals(report.findings, []);
    assert(records > 0 || report.files > 0, "files must be read");
  });

  if (!entry.painted) {
    test("lists the samples that it opens, whole and with all frames", async (folder) => {
      const config = await configOf(folder);
      const dataset = await openDataset(config, model, { registry });
      const images = wholeImages(await listDataset(config, { registry, bands }), {
        ...("split" in config && { split: config["split"] as string }),
      });
      assertEquals(images.names.length, dataset.size);
      const { cloudy, target } = await images.read(0);
      assert(cloudy.length >= length, `${cloudy.length} frames`);
      for (const raster of cloudy) {
        assertEquals([raster.width, raster.height], [target.width, target.height]);
      }
    });
  }

  test("gives samples of the model's tile size, frames and bands", async (folder) => {
    const dataset = await openDataset(await configOf(folder), model, { registry });
    assert(Number.isInteger(dataset.size) && dataset.size >= 2, `${dataset.size} samples`);
    assertEquals([...dataset.bands], [...bands]);
    const names = new Set<string>();
    for (let index = 0; index < 2; index++) {
      const sample = await dataset.sample(index, createRng(1));
      const { height, width, reference } = sample;
      names.add(sample.name);
      assertEquals([sample.length, height, width], [length, tileSize, tileSize]);
      assert(Number.isInteger(reference) && reference >= 0 && reference < length, `${reference}`);
      assertEquals(sample.cloudy.length, length * pixels * bands.length);
      assertEquals(sample.target.length, pixels * bands.length);
      assertEquals(sample.auxiliary?.length ?? 0, length * pixels * auxiliary);
      assertEquals(sample.mask?.length ?? 0, mask ? length * pixels : 0);
      assertEquals(sample.mean?.image.length ?? 0, mean ? pixels * bands.length : 0);
      assert(sample.mask?.every((value) => value === 0 || value === 1) ?? true, "0 or 1");
      for (const { name, array } of arraysOf(sample)) {
        assert(array.every((value) => Number.isFinite(value)), `${name} must be finite`);
      }
    }
    assert([...names].every((name) => name !== ""), "samples must have names");
  });

  test("gives the same sample for the same stream, in any order and at once", async (folder) => {
    const config = await configOf(folder);
    const open = () => openDataset(config, model, { registry });
    const [dataset, again]: readonly Dataset[] = [await open(), await open()];
    const first = await dataset!.sample(1, createRng(1));
    assertNotEquals((await dataset!.sample(0, createRng(1))).target, first.target);
    const several = await Promise.all([1, 0, 1].map((index) => again!.sample(index, createRng(1))));
    assertEquals(several[0], first);
    assertEquals(several[2], first);
  });

  test("gives arrays that the caller may change or send away", async (folder) => {
    const dataset = await openDataset(await configOf(folder), model, { registry });
    const sample = await dataset.sample(0, createRng(1));
    const kept = structuredClone(sample);
    for (const { array } of arraysOf(sample)) {
      array.fill(7);
      structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
    }
    assertEquals(await dataset.sample(0, createRng(1)), kept);
  });

  test("opens in another thread: JSON and plain data are enough", async (folder) => {
    const config = await configOf(folder);
    const here = await openDataset(config, model, { registry });
    const loaded = structuredClone(await loadDataset(config, model, { registry }));
    const there = await openDataset(structuredClone(config), model, {
      registry,
      ...(loaded !== undefined && { loaded }),
    });
    for (const seed of SEEDS) {
      const [rng, other] = [createRng(seed), createRng(seed)];
      assertEquals(await there.sample(1, rng), await here.sample(1, other));
    }
  });

  test("has the same digest where the same data were moved to", async (folder) => {
    const digests: (string | undefined)[] = [];
    for (const name of ["here", "there"]) {
      await Deno.mkdir(`${folder}/${name}`);
      const config = await configOf(`${folder}/${name}`);
      digests.push((await openDataset(config, model, { registry })).digest);
    }
    assertEquals(digests[0], digests[1]);
  });

  if (entry.maxLength === undefined) return;

  test("refuses models of more frames than it has", async (folder) => {
    const more = { ...model, length: entry.maxLength! + 1 };
    const config = await configOf(folder);
    const error = await assertRejects(() => openDataset(config, more, { registry }), OptionsError);
    assert(error.message.includes(`got a model of ${more.length}`), error.message);
  });
}
