import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  createRng,
  InputError,
  OptionsError,
  OutputError,
  type Raster,
  string,
} from "../../core/mod.ts";
import { builtins } from "../../builtins.ts";
import { type Dataset, openDataset, type Sample, syntheticDataset } from "../../datasets/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { openLoader } from "../../training/mod.ts";
import { openPool } from "../../training/loader_pool.ts";
import { errorFacts, errorOf } from "../../training/loader_protocol.ts";
import { sampleOrder } from "../../training/order.ts";
import { moveToSharedMemory } from "../../training/shared_memory.ts";
import { RUN_SLOW } from "../slow.ts";

const SIZE = 16;
const MODEL = { tileSize: 8, length: 2, bands: ["B04", "B08"] } as const;
const NAMES = ["a", "b", "c", "d", "e", "f", "g"];
/** Neither divides the other: batches go across the ends of epochs. */
const BATCH = 3;
const SEED = 5;
const WORKERS = RUN_SLOW ? [0, 1, 2, 3] : [0, 2];

function raster(value: number, bands: readonly string[] = MODEL.bands): Raster {
  const data = new Uint16Array(SIZE * SIZE * bands.length).map((_, i) => value + i % 97);
  return { width: SIZE, height: SIZE, bands, data, dtype: "uint16" };
}

interface Config {
  readonly type: string;
  readonly root: string;
  readonly [option: string]: unknown;
}

/** A folder of pairs and one of places, gone afterwards. */
async function inFolder(
  f: (configs: Readonly<Record<"folder" | "synthetic", Config>>) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/clear`);
    await Deno.mkdir(`${root}/cloudy`);
    for (const [i, name] of NAMES.entries()) {
      await writeCog(`${root}/clear/${name}.tif`, raster(1000 + 100 * i));
      for (const l of [0, 1]) {
        await writeCog(`${root}/cloudy/${name}_${l}.tif`, raster(5000 + 100 * i + 1000 * l));
      }
    }
    const places = `${root}/places`;
    for (const date of ["2018-03-07", "2018-07-05"]) {
      await Deno.mkdir(`${places}/here/${date}`, { recursive: true });
      for (const band of MODEL.bands) {
        await writeCog(`${places}/here/${date}/${band}.tif`, raster(1000, [band]));
      }
    }
    await f({
      folder: { type: "folder", root },
      synthetic: { type: "synthetic", root: places, size: NAMES.length },
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** The samples of the steps, made one after the other from seed and step. */
async function samplesOf(dataset: Dataset, steps: readonly number[]): Promise<Sample[][]> {
  const rng = createRng(SEED).fork("training");
  const order = sampleOrder({ size: dataset.size, batchSize: BATCH, rng: rng.fork("order") });
  const batches: Sample[][] = [];
  for (const step of steps) {
    batches.push([]);
    for (const { epoch, index } of order(step)) {
      batches.at(-1)!.push(await dataset.sample(index, rng.fork("data").fork(epoch)));
    }
  }
  return batches;
}

const steps = (count: number) => Array.from({ length: count }, (_, step) => step);

for (const type of ["folder", "synthetic"] as const) {
  Deno.test(`openLoader() gives the samples of ${type} in order, for any number of Workers`, () =>
    inFolder(async ({ [type]: config }) => {
      // Eight steps of three are three epochs of seven and more.
      const expected = await samplesOf(await openDataset(config, MODEL), steps(8));
      for (const workers of WORKERS) {
        const options = { batchSize: BATCH, seed: SEED, workers };
        await using loader = await openLoader({ config, model: MODEL }, options);
        assertEquals([loader.size, [...loader.bands]], [NAMES.length, [...MODEL.bands]]);
        for (const step of steps(8)) assertEquals(await loader.batch(step), expected[step]);
        assertEquals(loader.skipped, []);
      }
    }));
}

Deno.test("a loader goes on from any step, and back", () =>
  inFolder(async ({ synthetic: config }) => {
    const asked = [5, 6, 7, 2, 9, 9, 8];
    const expected = await samplesOf(await openDataset(config, MODEL), asked);
    for (const workers of WORKERS) {
      const options = { batchSize: BATCH, seed: SEED, workers };
      await using loader = await openLoader({ config, model: MODEL }, options);
      for (const [i, step] of asked.entries()) {
        assertEquals(await loader.batch(step), expected[i], `${workers} Workers, step ${step}`);
      }
    }
  }));

Deno.test("a loader gives several steps that are asked for at once", () =>
  inFolder(async ({ folder: config }) => {
    const expected = await samplesOf(await openDataset(config, MODEL), steps(4));
    for (const workers of [0, 2]) {
      const options = { batchSize: BATCH, seed: SEED, workers };
      await using loader = await openLoader({ config, model: MODEL }, options);
      assertEquals(await Promise.all(steps(4).map((step) => loader.batch(step))), expected);
    }
  }));

Deno.test("a loader of an open dataset prepares the next step, and no more", async () => {
  const made: number[] = [];
  const one = syntheticDataset({ places: [[raster(1000), raster(2000)]], tileSize: 8, size: 50 });
  const dataset: Dataset = {
    ...one,
    sample: (index, rng) => {
      made.push(index);
      return one.sample(index, rng);
    },
  };
  const order = sampleOrder({
    size: 50,
    batchSize: BATCH,
    rng: createRng(SEED).fork("training").fork("order"),
  });
  const indices = (count: number) => steps(count).flatMap(order).map(({ index }) => index);
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  // However busy the machine is, the next step is prepared at last, and then no more.
  const prepared = async (count: number) => {
    for (let i = 0; i < 600 && made.length < indices(count).length; i++) await sleep(50);
    await sleep(100);
    return made;
  };
  await using loader = await openLoader({ dataset }, { batchSize: BATCH, seed: SEED });
  await loader.batch(0);
  assertEquals(made, indices(1), "the batch does not wait for the next one");
  assertEquals(await prepared(2), indices(2));
  await loader.batch(1);
  assertEquals(await prepared(3), indices(3));
});

Deno.test("skipBad puts the epoch's next sample in the place of a bad one, and counts it", () =>
  inFolder(async ({ folder: config }) => {
    const bad = [2, 3].map((i) => `${config.root}/cloudy/${NAMES[i]}_1.tif`);
    for (const path of bad) await Deno.writeTextFile(path, "no image");
    const order = sampleOrder({
      size: NAMES.length,
      batchSize: NAMES.length,
      rng: createRng(SEED).fork("training").fork("order"),
    });
    const places = [0, 1, 2].flatMap((epoch) => {
      const names = order(epoch).map(({ index }) => NAMES[index]!);
      return names.map((_, i) => {
        const rest = [...names.slice(i), ...names.slice(0, i)];
        const good = rest.findIndex((name) => !["c", "d"].includes(name));
        return { name: rest[good]!, skipped: rest.slice(0, good), epoch };
      });
    });
    for (const workers of WORKERS) {
      const options = { batchSize: BATCH, seed: SEED, workers, skipBad: true };
      await using loader = await openLoader({ config, model: MODEL }, options);
      for (const step of steps(7)) {
        const names = (await loader.batch(step)).map(({ name }) => name);
        assertEquals(names, places.slice(step * BATCH, (step + 1) * BATCH).map((p) => p.name));
      }
      await loader.batch(6);
      const expected = places.flatMap(({ skipped, epoch }, i) =>
        skipped.map((name) => ({ name, epoch, step: Math.floor(i / BATCH) }))
      );
      assert(expected.length >= 6, "two of seven in each of three epochs");
      assertEquals(loader.skipped.length, expected.length);
      for (const [i, { name, epoch, step }] of expected.entries()) {
        const { message, step: found } = loader.skipped[i]!;
        assertEquals(found, step);
        assert(message.includes(`cloudy/${name}_1.tif`), message);
        const index = NAMES.indexOf(name);
        assert(message.endsWith(`(sample ${index} of epoch ${epoch})`), message);
      }
    }
  }));

Deno.test("skipBad ends where no sample is good", () =>
  inFolder(async ({ folder: config }) => {
    const options = { batchSize: BATCH, seed: SEED, skipBad: true };
    const open = (workers: number) => openLoader({ config, model: MODEL }, { ...options, workers });
    await using here = await open(0);
    await using there = await open(1);
    for (const name of NAMES) await Deno.writeTextFile(`${config.root}/clear/${name}.tif`, "bad");
    for (const loader of [here, there]) {
      await assertRejects(
        () => loader.batch(0),
        InputError,
        "got 7 bad samples; the first error: ",
      );
      assertEquals(loader.skipped, []);
    }
  }));

Deno.test("an error of a sample has its class and names the file, in a Worker too", () =>
  inFolder(async ({ folder: config }) => {
    await Deno.writeTextFile(`${config.root}/cloudy/c_0.tif`, "no image");
    const messages = new Set<string>();
    for (const workers of WORKERS) {
      const options = { batchSize: NAMES.length, seed: SEED, workers };
      await using loader = await openLoader({ config, model: MODEL }, options);
      const error = await assertRejects(() => loader.batch(1), InputError, "cloudy/c_0.tif");
      assert(error.message.endsWith("(sample 2 of epoch 1)"), error.message);
      messages.add(error.message);
      await writeCog(`${config.root}/cloudy/c_0.tif`, raster(1), { overwrite: true });
      assertEquals((await loader.batch(1)).length, NAMES.length, "a repaired file is read again");
      await Deno.writeTextFile(`${config.root}/cloudy/c_0.tif`, "no image");
    }
    assertEquals(messages.size, 1);
  }));

Deno.test("errors of places keep their class in a Worker", () =>
  inFolder(async ({ synthetic: config }) => {
    for (const date of ["2018-03-07", "2018-07-05"]) {
      for (const band of MODEL.bands) {
        const empty = { ...raster(0, [band]), data: new Uint16Array(SIZE * SIZE), nodata: 0 };
        await writeCog(`${config.root}/here/${date}/${band}.tif`, empty, { overwrite: true });
      }
    }
    for (const workers of [0, 1]) {
      const options = { batchSize: BATCH, seed: SEED, workers };
      await using loader = await openLoader({ config, model: MODEL }, options);
      await assertRejects(() => loader.batch(0), RangeError, "without data");
    }
  }));

Deno.test("errorOf() gives the class, the message and the path back", () => {
  const errors = [
    new InputError("Cannot read a.tif"),
    new OutputError("Cannot write a.tif"),
    new OptionsError("$.data.size", "must be an integer, got 0.5"),
    new RangeError("Cannot draw"),
    new TypeError("Cannot use"),
    new Deno.errors.NotCapable("Requires read access"),
    new Error("Cannot"),
  ];
  for (const error of errors) {
    const again = errorOf(structuredClone(errorFacts(error)));
    assertEquals(again.constructor, error.constructor);
    assertEquals([again.name, again.message], [error.name, error.message]);
    if (error instanceof OptionsError) {
      assertInstanceOf(again, OptionsError);
      assertEquals(again.path, error.path);
    }
  }
  const other = errorOf(errorFacts(Object.assign(new Error("lost"), { name: "DeviceLostError" })));
  assertEquals([other.name, other.message], ["DeviceLostError", "lost"]);
});

/** A place in memory, as a Worker gets it. */
const synthetic = (tileSize: number) => ({
  config: { type: "synthetic", root: "" },
  model: { ...MODEL, tileSize },
  plugins: [],
  loaded: { places: [[raster(1000)]], shapes: [] },
});

Deno.test("what a Worker cannot open ends the pool with its error", async () => {
  const dataset = synthetic(0);
  const maker = { seed: SEED, skipBad: false };
  const options = { workers: 2, batchSize: BATCH, maker, dataset };
  const error = await assertRejects(() => openPool(options), OptionsError);
  assertEquals(error.path, "$.data.tileSize");
});

Deno.test("openLoader() refuses wrong options, empty datasets and open ones for Workers", async () => {
  const dataset = syntheticDataset({ places: [[raster(1000)]], tileSize: 8 });
  const options = { batchSize: BATCH, seed: SEED };
  await assertRejects(
    () => openLoader({ dataset }, { ...options, workers: -1 }),
    OptionsError,
    "$.workers: must be an integer ≥ 0, got -1",
  );
  await assertRejects(() => openLoader({ dataset }, { ...options, batchSize: 0 }), OptionsError);
  await assertRejects(
    () => openLoader({ dataset }, { ...options, workers: 1 }),
    TypeError,
    "must be given by its config",
  );
  const mine = {
    ...{ summary: "its own", checks: { root: string }, defaults: {} },
    list: () => Promise.reject(new Error("not listed")),
    open: () => dataset,
  };
  const named = {
    config: { type: "mine", root: "x" },
    model: { ...MODEL, length: 3 },
    registry: builtins.with({ dataset: { mine } }),
  };
  await using opened = await openLoader(named, options);
  assertEquals(opened.size, dataset.size);
  await assertRejects(
    () => openLoader(named, { ...options, workers: 1 }),
    TypeError,
    "the URL of the plugin with the dataset mine must be given",
  );
  await assertRejects(
    () => openLoader({ dataset: { ...dataset, size: 0 } }, options),
    InputError,
    "must have samples, got none",
  );
});

Deno.test("a loader that is closed in the middle of its work leaves nothing behind", () =>
  inFolder(async ({ folder, synthetic }) => {
    for (const config of [folder, synthetic]) {
      for (const workers of [0, 2]) {
        const options = { batchSize: BATCH, seed: SEED, workers };
        const loader = await openLoader({ config, model: MODEL }, options);
        await loader.batch(0);
        const pending = assertRejects(() => loader.batch(20), Error, "the loader must be open");
        await loader[Symbol.asyncDispose]();
        await pending;
        await assertRejects(() => loader.batch(1), Error, "the loader must be open");
        await loader[Symbol.asyncDispose]();
      }
    }
  }));

/** A program that opens, makes no more than one sample and then ends its thread. */
const DYING = `
  import { parentPort } from "node:worker_threads";
  parentPort.once("message", ({ port }) => {
    port.onmessage = ({ data: { id, request } }) => {
      if (request.type === "open") return port.postMessage({ id, opened: { size: 9, bands: [] } });
      if (request.n > 0) Deno.exit(3);
      port.postMessage({ id, made: { sample: { name: "first" }, skipped: [] } });
    };
  });
`;

Deno.test("a Worker that dies is an error, not a wait without end", async () => {
  const { source: pool, dataset } = await openPool({
    workers: 2,
    batchSize: BATCH,
    dataset: synthetic(8),
    maker: { seed: SEED, skipBad: false },
    program: new URL(`data:text/javascript,${encodeURIComponent(DYING)}`),
  });
  assertEquals(dataset, { size: 9, bands: [] });
  assertEquals((await pool.make(0)).sample.name, "first");
  const died = "must keep running, got its end with code 3";
  await Promise.all([1, 2, 3].map((n) => assertRejects(() => pool.make(n), Error, died)));
  await assertRejects(() => pool.make(0), Error, died);
  await pool.close();
});

Deno.test("moveToSharedMemory() keeps the numbers and frees where they were", () => {
  const [pixels, field] = [Uint16Array.of(1, 2, 65535), Float32Array.of(0.5, NaN)];
  const data = { places: [[{ bands: ["B04"], data: pixels, nodata: undefined }]], field, size: 3 };
  const moved = moveToSharedMemory(data);
  assertEquals(moved.places[0]![0]!.data, Uint16Array.of(1, 2, 65535));
  assertEquals(moved.field, Float32Array.of(0.5, NaN));
  assertEquals([moved.size, moved.places[0]![0]!.bands], [3, ["B04"]]);
  assert(moved.places[0]![0]!.data.buffer instanceof SharedArrayBuffer);
  assertEquals([pixels.length, field.length], [0, 0]);
  assertEquals(moveToSharedMemory(moved.field), moved.field);
});
