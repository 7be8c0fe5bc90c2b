/**
 * Tests of the example plugin: the contract suites of its modules, option checks and model files.
 *
 * ```sh
 * deno test --allow-read --allow-write examples/plugin_test.ts
 * ```
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  builtins,
  createModel,
  createRng,
  loadModel,
  OptionsError,
  restoreImages,
  saveModel,
  useEngine,
} from "../mod.ts";
import { tf } from "../engine/mod.ts";
import { writeCog } from "../rasters/mod.ts";
import {
  testDataset,
  testFusion,
  testNetwork,
  testSampler,
  testSchedule,
} from "../tests/contracts/mod.ts";
import { exponential } from "../timesteps/mod.ts";
import { warmBridge } from "./brief_process.ts";
import { noise2m } from "./brief_sampler.ts";
import { pairsEntry } from "./custom_dataset.ts";
import { darkest } from "./custom_fusion.ts";
import { pointwise } from "./custom_network.ts";
import { multistep } from "./custom_sampler.ts";
import { variancePreserving } from "./custom_schedule.ts";
import plugin from "./plugin.ts";

testSchedule("variancePreserving()", () => variancePreserving());
testSchedule("variancePreserving({ alpha: 0.5 })", () => variancePreserving({ alpha: 0.5 }));

testSchedule("warmBridge()", () => warmBridge());
testSampler("noise2m()", () => noise2m(), {
  order: 2,
  timesteps: exponential({ sigmaMin: 0.005, sigmaMax: 2 }),
});

for (const file of ["brief_process.ts", "brief_sampler.ts"]) {
  Deno.test(`${file} has at most 30 lines`, async () => {
    const source = await Deno.readTextFile(new URL(file, import.meta.url));
    assert(source.trimEnd().split("\n").length <= 30);
  });
}

testFusion("darkest()", () => darkest());
testNetwork("pointwise()", () => pointwise({ inChannels: 5, outChannels: 3, width: 16 }), {
  size: [5, 6],
  conditionChannels: 2,
});

for (const order of [1, 2]) {
  testSampler(`multistep({ order: ${order} })`, () => multistep({ order }), { order });
}

/** Writes images of random values as pairs. */
async function makePairs(root: string) {
  for (const [i, name] of ["a_clear", "a_cloudy", "b_clear", "b_cloudy"].entries()) {
    const data = Uint16Array.from(createRng(i).uniforms(2 * 16 * 16), (u) => 500 + 2000 * u);
    const raster = { width: 16, height: 16, bands: ["B04", "B08"], dtype: "uint16", data } as const;
    await writeCog(`${root}/${name}.tif`, raster);
  }
  return { root };
}

testDataset("pairs", pairsEntry, {
  make: makePairs,
  model: { tileSize: 8, length: 1, bands: ["B04", "B08"] },
});

Deno.test("the example plugin's modules are checked like built-in ones", () => {
  const registry = builtins.with(plugin);
  assertEquals(registry.create("schedule", { type: "variancePreserving", alpha: 2 }).s(0), 1);
  assertThrows(
    () => registry.create("sampler", { type: "multistep", order: 3 }),
    OptionsError,
    "$.sampler.order: must be an integer ≥ 1 and ≤ 2, got 3",
  );
});

Deno.test("a model of the example plugin's modules restores the same images after saving and loading", async () => {
  await useEngine("cpu");
  const registry = builtins.with(plugin);
  const fresh = createModel({
    bands: [{ name: "B04", unit: "DN" }, { name: "B08", unit: "DN" }],
    scaling: { low: 0, high: 10000, clip: true },
    tileSize: 4,
    length: 2,
    network: { type: "pointwise", width: 8 },
    schedule: { type: "variancePreserving" },
    sampler: { type: "multistep" },
    fusion: { type: "darkest" },
  }, { registry });
  // A fresh network outputs 0, so the parameters are shifted.
  const params = Object.fromEntries(
    Object.entries(fresh.weights.params).map(([name, tensor]) => [name, tf.add(tensor, 0.1)]),
  );
  const model = { ...fresh, weights: { ...fresh.weights, params } };
  const size = { batch: 1, length: 2, height: 4, width: 4 };
  const input = { ...size, cloudy: createRng(1).uniforms(64).map((value) => 5000 * value) };
  const { image } = await restoreImages(model, input);
  const { image: other } = await restoreImages(fresh, input);
  assert(image.some((value, i) => value !== other[i]), "the weights must matter");
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/model.safetensors`;
    await saveModel(model, path);
    await assertRejects(() => loadModel(path), Error, '"variancePreserving" is not a known');
    const loaded = await loadModel(path, { registry });
    assertEquals((await restoreImages(loaded, input)).image, image);
    for (const { weights } of [fresh, model, loaded]) tf.dispose({ ...weights.params });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
