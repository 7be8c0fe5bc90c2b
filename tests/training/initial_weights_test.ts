import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { CheckpointError, loadModel, readSafetensors, saveModel } from "../../checkpoints/mod.ts";
import { InputError } from "../../core/mod.ts";
import { tf, useEngine, type Weights } from "../../engine/mod.ts";
import { createModel, modelDigest } from "../../model/mod.ts";
import { type Experiment, readExperiment, runFolder, train } from "../../training/mod.ts";
import { TINY_MODEL, tinyDataset, tinyExperiment } from "./tiny.ts";

await useEngine("cpu");

const datasets = { train: tinyDataset() };

function dispose({ params, buffers }: Weights): void {
  tf.dispose([{ ...params }, { ...buffers }]);
}

async function inFolder(f: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await f(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A checkpoint before the first step. */
async function beforeTraining(experiment: Experiment, out: string) {
  const signal = AbortSignal.abort(new Error("before the first step"));
  await assertRejects(() => train(experiment, { out, datasets, signal }), Error, "before");
  return (await readSafetensors(runFolder(out).last)).tensors;
}

Deno.test("train() starts from another model's weights and says which", async () => {
  await inFolder(async (folder) => {
    const before = tf.memory().numTensors;
    const path = `${folder}/base.safetensors`;
    const base = createModel(TINY_MODEL, { seed: 77 });
    await saveModel(base, path);
    const digest = await modelDigest(base);
    dispose(base.weights);
    const experiment = tinyExperiment({ initialWeights: path, steps: 2, checkpointEvery: 1 });
    const started = await beforeTraining(experiment, `${folder}/tuned`);
    const fresh = await beforeTraining(tinyExperiment(), `${folder}/fresh`);
    const { tensors } = await readSafetensors(path);
    for (const [name, { data }] of Object.entries(tensors)) {
      assertEquals(started[name]!.data, data, name);
      assertEquals(started[`training.params.${name}`]?.data ?? data, data, name);
    }
    const name = "mapping.blocks.0.up_proj.weight";
    assertNotEquals(fresh[name]!.data, started[name]!.data);

    const options = { out: `${folder}/tuned`, datasets, resume: true };
    const { model } = await train(experiment, options);
    assertEquals(model.card.training["initialWeights"], digest);
    assert((await Deno.readTextFile(`${options.out}/model_card.md`)).includes(digest));
    dispose(model.weights);

    // The file has changed: the run would no longer be what it was.
    const other = createModel(TINY_MODEL, { seed: 78 });
    await saveModel(other, path, { overwrite: true });
    dispose(other.weights);
    await assertRejects(
      () => train({ ...experiment, steps: 3 }, options),
      CheckpointError,
      "got another initialWeights",
    );
    assertEquals(tf.memory().numTensors, before);
  });
});

Deno.test("train() starts from a checkpoint of another run: it is a model file too", async () => {
  await inFolder(async (folder) => {
    const { model } = await train(tinyExperiment({ steps: 1 }), { out: `${folder}/a`, datasets });
    dispose(model.weights);
    const { last } = runFolder(`${folder}/a`);
    const loaded = await loadModel(last);
    assertEquals(loaded.card.training["steps"], 1);
    dispose(loaded.weights);
    const experiment = tinyExperiment({ initialWeights: last });
    const started = await beforeTraining(experiment, `${folder}/b`);
    const { tensors } = await readSafetensors(runFolder(`${folder}/a`).model);
    for (const [name, { data }] of Object.entries(tensors)) assertEquals(started[name]!.data, data);
  });
});

Deno.test("train() refuses initial weights that are not there or of another network", async () => {
  await inFolder(async (folder) => {
    const before = tf.memory().numTensors;
    const path = `${folder}/base.safetensors`;
    const run = (initialWeights: string) =>
      train(tinyExperiment({ initialWeights }), { out: `${folder}/run`, datasets });
    await assertRejects(() => run(path), InputError, "the model file must exist");
    const other = createModel({ ...TINY_MODEL, condition: { order: ["cloudy"] } });
    await saveModel(other, path);
    dispose(other.weights);
    await assertRejects(() => run(path), CheckpointError, `Cannot start from ${path}`);
    assertEquals(tf.memory().numTensors, before);
  });
});

Deno.test("readExperiment() looks for initial weights beside the file that names them", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/more`);
    const write = (name: string, value: unknown) =>
      Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(value));
    const base = tinyExperiment({ initialWeights: "weights/base.safetensors" });
    await write("base.json", base);
    await write("more/long.json", { extends: "../base.json", steps: 99 });
    const read = async (name: string) => (await readExperiment(`${folder}/${name}`)).initialWeights;
    const wanted = `${folder}/weights/base.safetensors`;
    assertEquals([await read("base.json"), await read("more/long.json")], [wanted, wanted]);
    await write("own.json", { extends: "base.json", initialWeights: "https://host/m.safetensors" });
    assertEquals(await read("own.json"), "https://host/m.safetensors");
    await assertRejects(() => read("none.json"), InputError, "none.json");
  });
});
