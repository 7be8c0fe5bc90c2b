import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import type { Dataset, Sample } from "../../datasets/mod.ts";
import { readTensor, tf } from "../../engine/mod.ts";
import { type ModelConfig, resolveConfig, restoreImages } from "../../model/mod.ts";
import { train, trainingTensors } from "../../training/mod.ts";
import { SIZE, TINY_MODEL, tinyDataset, tinyExperiment } from "./tiny.ts";

await tf.setBackend("cpu");

const { temporal: _, ...mono } = TINY_MODEL.network;
const MODEL: ModelConfig = {
  ...TINY_MODEL,
  // Tiles of 8² have no ground left once masks grow.
  mean: { type: "composite", grow: 0 },
  network: { ...mono, type: "hdit" },
};
const PIXELS = SIZE * SIZE;

/** The tiny samples with their clouds' exact masks and with dates. */
function masked(dataset: Dataset): Dataset {
  return {
    ...dataset,
    async sample(index, rng): Promise<Sample> {
      const sample = await dataset.sample(index, rng);
      const mask = Uint8Array.from(
        { length: sample.length * PIXELS },
        (_, i) => sample.cloudy[2 * i] === 8000 ? 1 : 0,
      );
      return { ...sample, mask, dates: ["2020-01-01", "2020-01-11"] };
    },
  };
}

Deno.test("trainingTensors() makes μ of all dates, one frame for the network", async () => {
  const sample = await masked(tinyDataset()).sample(0, createRng(1));
  const rng = createRng(2);
  const model = resolveConfig(MODEL);
  const { clean, mu, noise, condition } = trainingTensors(model, [sample, sample], {
    ...{ length: 2, frames: rng.fork("frames"), noise: rng.fork("noise") },
  });
  assertEquals(mu.shape, [2, 1, SIZE, SIZE, 2]);
  assertEquals(noise.shape, mu.shape);
  assertEquals(condition!.shape, [2, 1, SIZE, SIZE, 2 + 2 + 4]);
  // The cloud, 0.6 in [−1, 1], is in the cloudy reference and not in μ.
  const [values, truth] = [await readTensor(mu), await readTensor(clean)];
  const given = await readTensor(condition!);
  const cloud = sample.mask!.subarray(PIXELS)
    .findIndex((value, i) => value === 1 && sample.mask![i] === 0);
  assert(cloud >= 0);
  assert(Math.abs(given[cloud * 8]! - 0.6) < 1e-6);
  const errorOf = (value: number) => Math.abs(value - truth[cloud * 2]!);
  assert(errorOf(values[cloud * 2]!) < errorOf(0.6) / 5);
  assertEquals(given[cloud * 8 + 2], values[cloud * 2]);
});

Deno.test("trainingTensors() with a mean of all dates names a sample without masks", async () => {
  const sample = await tinyDataset().sample(0, createRng(1));
  const rng = createRng(2);
  assertThrows(
    () => trainingTensors(resolveConfig(MODEL), [sample], { length: 2, frames: rng, noise: rng }),
    TypeError,
    "the sample tiny 0: the mean composite needs the masks of its 2 frames, 128 values, got 0",
  );
});

Deno.test("train() with μ of all dates validates, and its model restores", async () => {
  const out = await Deno.makeTempDir();
  const data = masked(tinyDataset());
  const datasets = { train: data, validation: data };
  const experiment = tinyExperiment({ model: MODEL, validateEvery: 2, validationSamples: 2 });
  const { model, validation } = await train(experiment, { out: `${out}/whole`, datasets });
  assert(Number.isFinite(validation!.psnr) && validation!.cloudy !== undefined);
  // The mean's own score stands beside the model's.
  assert(validation!.meanPsnr! > validation!.inputPsnr);
  assert(validation!.cloudy!.meanPsnr! > validation!.cloudy!.inputPsnr);
  const { card } = model;
  assertEquals(card.modules.mean?.type, "composite");
  const sample = await data.sample(1, createRng(3));
  const { image } = await restoreImages(model, {
    ...{ batch: 1, length: 2, height: SIZE, width: SIZE, cloudy: sample.cloudy },
    masks: sample.mask,
  });
  assertEquals(image.length, PIXELS * 2);
  assert(image.every(Number.isFinite));
  await assertRejects(
    () =>
      restoreImages(model, {
        ...{ batch: 1, length: 2, height: SIZE, width: SIZE, cloudy: sample.cloudy },
      }),
    TypeError,
    "needs the masks",
  );
  tf.dispose([model.weights.params, model.weights.buffers]);
  await Deno.remove(out, { recursive: true });
});
