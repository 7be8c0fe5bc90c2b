import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { CheckpointError, loadModel, readSafetensors } from "../../checkpoints/mod.ts";
import { OptionsError, type Rng } from "../../core/mod.ts";
import { readTensor, tf, useEngine, type Weights } from "../../engine/mod.ts";
import { DivergedError, train, type TrainingProgress } from "../../training/mod.ts";
import { builtins } from "../../builtins.ts";
import { TINY_MODEL, tinyDataset, tinyExperiment } from "./tiny.ts";

await useEngine("cpu");

const datasets = { train: tinyDataset() };

async function inFolder(f: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await f(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function dispose({ params, buffers }: Weights): void {
  tf.dispose([params, buffers]);
}

async function logOf(out: string): Promise<Record<string, unknown>[]> {
  const text = await Deno.readTextFile(`${out}/log.jsonl`);
  return text.trimEnd().split("\n").map((line) => {
    // How long a step took is the one thing that may differ.
    const { seconds: _, ...rest } = JSON.parse(line);
    return rest;
  });
}

Deno.test("train() resumed equals train() uninterrupted, bit for bit", async () => {
  await inFolder(async (folder) => {
    const whole = `${folder}/whole`;
    const parts = `${folder}/parts`;
    const straight = await train(tinyExperiment(), { out: whole, datasets });
    // Stopped between checkpoints, as by Ctrl-C, then resumed.
    const stop = new AbortController();
    const onProgress = ({ step }: TrainingProgress) => step === 3 && stop.abort(new Error("stop"));
    await assertRejects(
      () => train(tinyExperiment(), { out: parts, datasets, onProgress, signal: stop.signal }),
      Error,
      "stop",
    );
    assertEquals((await logOf(parts)).length, 3);
    const resumed = await train(tinyExperiment(), { out: parts, datasets, resume: true });
    const [a, b] = await Promise.all(
      [whole, parts].map((out) => readSafetensors(`${out}/checkpoints/last.safetensors`)),
    );
    assertEquals(b!.metadata, a!.metadata);
    assertEquals(b!.tensors, a!.tensors);
    assertEquals(await logOf(parts), await logOf(whole));
    assertEquals(resumed.loss, straight.loss);
    dispose(straight.model.weights);
    dispose(resumed.model.weights);
  });
});

Deno.test("train() repeats the steps after the last checkpoint when it was killed", async () => {
  await inFolder(async (folder) => {
    const experiment = tinyExperiment({ steps: 3 });
    const whole = await train(experiment, { out: `${folder}/a`, datasets });
    const first = await train({ ...experiment, steps: 2 }, { out: `${folder}/b`, datasets });
    // What a kill leaves: lines of steps that no checkpoint has, the last one cut off.
    const log = `${folder}/b/log.jsonl`;
    await Deno.writeTextFile(log, `{"step":3,"loss":7}\n{"step":4,"lo`, { append: true });
    const second = await train(experiment, { out: `${folder}/b`, datasets, resume: true });
    assertEquals(second.loss, whole.loss);
    assertEquals(await logOf(`${folder}/b`), await logOf(`${folder}/a`));
    dispose(whole.model.weights);
    dispose(first.model.weights);
    dispose(second.model.weights);
  });
});

Deno.test("train() keeps the number of tensors flat and frees all but the model", async () => {
  await inFolder(async (folder) => {
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    const onProgress = () => counts.push(tf.memory().numTensors);
    const options = {
      out: folder,
      datasets: { ...datasets, validation: tinyDataset(2) },
      onProgress,
    };
    const experiment = tinyExperiment({ validateEvery: 2, validationSamples: 1 });
    const { model } = await train(experiment, options);
    assertEquals(new Set(counts).size, 1);
    dispose(model.weights);
    assertEquals(tf.memory().numTensors, before);
  });
});

Deno.test("train() writes a model that loads with the averaged weights and says how it came", async () => {
  await inFolder(async (out) => {
    const { model, path } = await train(tinyExperiment({ steps: 2 }), { out, datasets });
    const loaded = await loadModel(path);
    assertEquals(loaded.card.training["steps"], 2);
    assertEquals(loaded.card.training["batchSize"], 2);
    for (const [name, tensor] of Object.entries(model.weights.params)) {
      assertEquals(await readTensor(loaded.weights.params[name]!), await readTensor(tensor), name);
    }
    const { tensors } = await readSafetensors(`${out}/checkpoints/last.safetensors`);
    const raw = tensors["training.params.patch_out.proj.weight"]!.data;
    const averaged = tensors["patch_out.proj.weight"]!.data;
    assert(raw.some((value, i) => value !== averaged[i]), "the average must lag behind");
    dispose(model.weights);
    dispose(loaded.weights);
  });
});

Deno.test("train() lets the loss fall on a fixed batch", async () => {
  await inFolder(async (out) => {
    const fixed = await tinyDataset().sample(0, { fork: () => fixedRng } as unknown as Rng);
    const dataset = { ...tinyDataset(1), sample: () => Promise.resolve(fixed) };
    const losses: number[] = [];
    const { model } = await train(
      // σ near 1, where c_skip leaves the network the most to do; no dropout, no change of L.
      tinyExperiment({
        steps: 30,
        minLength: 2,
        batchSize: 1,
        optimizer: { learningRate: 1e-2 },
        model: { ...TINY_MODEL, noise: { type: "logNormal", pMean: 0, pStd: 1e-6 } },
      }),
      { out, datasets: { train: dataset }, onProgress: ({ loss }) => losses.push(loss) },
    );
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    assertLess(mean(losses.slice(-5)), 0.5 * mean(losses.slice(0, 5)));
    dispose(model.weights);
  });
});

const fixedRng = { fork: () => fixedRng, integer: () => 1 } as unknown as Rng;

Deno.test("train() stops with step, σ and sample when the loss is no number, and keeps the rest", async () => {
  await inFolder(async (out) => {
    const registry = builtins.with({
      weighting: {
        broken: {
          summary: "λ that overflows",
          create: () => ({ weight: () => Infinity }),
          checks: {},
          defaults: {},
        },
      },
    });
    const before = tf.memory().numTensors;
    const model = { ...TINY_MODEL, weighting: { type: "broken" } };
    const error = await assertRejects(
      () => train(tinyExperiment({ model }), { out, datasets, registry }),
      DivergedError,
      "at step 1",
    );
    assert(/tiny \d \(σ = [\d.e-]+, loss Infinity\)/.test(error.message), error.message);
    assertEquals(tf.memory().numTensors, before);
    assertEquals([...Deno.readDirSync(`${out}/checkpoints`)], []);
  });
});

Deno.test("train() refuses a folder with a checkpoint, and a checkpoint of another experiment", async () => {
  await inFolder(async (out) => {
    const before = tf.memory().numTensors;
    const { model } = await train(tinyExperiment({ steps: 1 }), { out, datasets });
    dispose(model.weights);
    await assertRejects(() => train(tinyExperiment(), { out, datasets }), TypeError, "resume it");
    await assertRejects(
      () => train(tinyExperiment({ seed: 6 }), { out, datasets, resume: true }),
      CheckpointError,
      "the experiment must be unchanged, got another seed",
    );
    assertEquals(tf.memory().numTensors, before);
  });
});

Deno.test("train() checks data against the model before the first step", async () => {
  await inFolder(async (out) => {
    const wrong = { ...tinyDataset(), bands: ["B08", "B04"] };
    await assertRejects(
      () => train(tinyExperiment(), { out, datasets: { train: wrong } }),
      TypeError,
      "bands B04, B08",
    );
    await assertRejects(
      () => train(tinyExperiment({ minLength: 3 }), { out, datasets }),
      OptionsError,
      "$.minLength",
    );
    const hole = tinyDataset();
    const broken = {
      ...hole,
      sample: async (index: number, rng: Rng) => {
        const sample = await hole.sample(index, rng);
        return { ...sample, target: sample.target.map((v, i) => i === 7 ? NaN : v) };
      },
    };
    await assertRejects(
      () => train(tinyExperiment(), { out, datasets: { train: broken } }),
      TypeError,
      "target must be finite, got NaN at element 7",
    );
  });
});

Deno.test("train() says where in the experiment the model is wrong", async () => {
  await inFolder(async (out) => {
    const model = { ...TINY_MODEL, schedule: { type: "rational", alpha: -1 } };
    const error = await assertRejects(
      () => train(tinyExperiment({ model }), { out, datasets }),
      OptionsError,
    );
    assertEquals(error.message, "$.model.schedule.alpha: must be a number > 0, got -1");
  });
});

Deno.test("train() measures the averaged weights on validation samples", async () => {
  await inFolder(async (out) => {
    const experiment = tinyExperiment({ steps: 2, validateEvery: 2, validationSamples: 2 });
    const { model } = await train(experiment, {
      out,
      datasets: { ...datasets, validation: tinyDataset(3) },
    });
    dispose(model.weights);
    const lines = (await logOf(out)).filter(({ validation }) => validation !== undefined);
    assertEquals(lines.length, 1);
    const { loss, mae, psnr, inputPsnr } = lines[0]!["validation"] as Record<string, number>;
    assert(loss! > 0 && mae! > 0 && mae! < 1);
    assert(psnr! > 0 && inputPsnr! > 0 && Number.isFinite(psnr! + inputPsnr!));
  });
});

Deno.test("train() gives the same numbers for any order in which samples arrive", async () => {
  await inFolder(async (folder) => {
    const slow = tinyDataset();
    const late = {
      ...slow,
      sample: async (index: number, rng: Rng) => {
        await new Promise((resolve) => setTimeout(resolve, 5 * (5 - index)));
        return await slow.sample(index, rng);
      },
    };
    const run = async (name: string, train_: typeof slow) => {
      const { model, loss } = await train(tinyExperiment({ steps: 2 }), {
        out: `${folder}/${name}`,
        datasets: { train: train_ },
      });
      dispose(model.weights);
      return loss;
    };
    assertEquals(await run("late", late), await run("soon", slow));
  });
});
