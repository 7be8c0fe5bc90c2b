/** Runs whose data are moved or changed before a resume. */

import { assertEquals, assertRejects } from "@std/assert";
import { CheckpointError, readSafetensors } from "../../checkpoints/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { type Experiment, runFolder, train, type TrainOptions } from "../../training/mod.ts";
import { SIZE, tinyDataset, tinyExperiment, writeTinySamples } from "./tiny.ts";
import { slowTest } from "../slow.ts";

await useEngine("cpu");

async function inFolder(f: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await f(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Trains with a resume, and frees the model. */
async function resumed(experiment: Experiment, options: TrainOptions): Promise<void> {
  const { model: { weights } } = await train(experiment, { ...options, resume: true });
  tf.dispose([{ ...weights.params }, { ...weights.buffers }]);
}

const onFolder = (root: string, changes: Partial<Experiment> = {}) =>
  tinyExperiment({
    data: {
      train: { type: "folder", root },
      validation: { type: "folder", root, augment: false },
    },
    ...{ validateEvery: 1, validationSamples: 1, keepBest: "mae" },
    ...changes,
  });

for (const workers of [0, 1]) {
  const register = workers === 0 ? Deno.test : slowTest;
  register(
    `train() resumes after its data were moved, the same run bit for bit, ${workers} Workers`,
    () =>
      inFolder(async (folder) => {
        await writeTinySamples(`${folder}/here`);
        await resumed(onFolder(`${folder}/here`), { out: `${folder}/whole`, workers });
        const out = `${folder}/run`;
        await resumed(onFolder(`${folder}/here`, { steps: 2 }), { out, workers });
        await Deno.rename(`${folder}/here`, `${folder}/there`);
        await resumed(onFolder(`${folder}/there`), { out, workers });
        for (const file of ["last", "best"] as const) {
          const [wanted, found] = await Promise.all(
            [`${folder}/whole`, out].map((run) => readSafetensors(runFolder(run)[file])),
          );
          assertEquals(found, wanted, file);
        }
      }),
  );
}

Deno.test("train() refuses to resume with a file more or less, or with other names", () =>
  inFolder(async (folder) => {
    const root = `${folder}/data`;
    await writeTinySamples(root);
    const options = { out: `${folder}/run` };
    await resumed(onFolder(root, { steps: 1 }), options);
    const before = tf.memory().numTensors;
    const refused = async (message: string) => {
      await assertRejects(() => resumed(onFolder(root), options), CheckpointError, message);
      assertEquals(tf.memory().numTensors, before);
    };
    const rename = async (from: string, to: string) => {
      await Deno.rename(`${root}/clear/${from}.tif`, `${root}/clear/${to}.tif`);
      for (const l of [0, 1]) {
        await Deno.rename(`${root}/cloudy/${from}_${l}.tif`, `${root}/cloudy/${to}_${l}.tif`);
      }
    };
    await rename("4", "../4");
    await refused("the data must still have 5 samples, got 4");
    await rename("../4", "x");
    await refused("the data must be the same 5 samples as before, got as many others");
    await rename("x", "4");
    await resumed(onFolder(root), options);
  }));

Deno.test("train() refuses to resume with other places or other shapes of clouds", () =>
  inFolder(async (folder) => {
    const bands = ["B04", "B08"];
    const side = SIZE + 4;
    const write = async (date: string, base: number) => {
      await Deno.mkdir(`${folder}/places/here/${date}`, { recursive: true });
      for (const band of bands) {
        const data = Uint16Array.from({ length: side * side }, (_, i) => base + i % 97);
        const raster = { width: side, height: side, bands: [band], data, dtype: "uint16" } as const;
        await writeCog(`${folder}/places/here/${date}/${band}.tif`, raster, { overwrite: true });
      }
    };
    const mask = async (name: string) => {
      await Deno.mkdir(`${folder}/masks`, { recursive: true });
      const data = Uint8Array.from({ length: 64 * 64 }, (_, i) => i % 64 < 32 ? 4 : 0);
      const raster = { width: 64, height: 64, bands: ["mask"], data, dtype: "uint8" } as const;
      await writeCog(`${folder}/masks/${name}.tif`, raster);
    };
    await write("2018-03-07", 1000);
    await mask("a");
    const experiment = (steps: number) =>
      tinyExperiment({
        data: {
          train: { type: "synthetic", root: `${folder}/places`, masks: `${folder}/masks`, size: 9 },
        },
        steps,
      });
    const options = { out: `${folder}/run` };
    await resumed(experiment(1), options);
    const refused = () =>
      assertRejects(
        () => resumed(experiment(2), options),
        CheckpointError,
        "the data must be the same 9 samples as before, got as many others",
      );
    await write("2018-07-05", 1000);
    await refused();
    await Deno.remove(`${folder}/places/here/2018-07-05`, { recursive: true });
    await write("2018-03-07", 1001);
    await refused();
    await write("2018-03-07", 1000);
    await mask("b");
    await refused();
    await Deno.remove(`${folder}/masks/b.tif`);
    await resumed(experiment(2), options);
  }));

Deno.test("train() resumes a model that is called or samples otherwise, with a best of its own", () =>
  inFolder(async (folder) => {
    const root = `${folder}/data`;
    await writeTinySamples(root);
    const options = { out: `${folder}/run` };
    const first = onFolder(root, { steps: 1 });
    await resumed(first, options);
    const { last } = runFolder(options.out);
    const { metadata } = await readSafetensors(last);
    const model = { ...first.model, name: "renamed", description: "in other words", steps: 1 };
    // Nothing is left to do but to write the model with its new card; what was best is not known.
    await resumed({ ...first, model }, options);
    const found = await readSafetensors(last);
    assertEquals([metadata["emrdm.best"] === undefined, found.metadata["emrdm.best"]], [
      false,
      undefined,
    ]);
    assertEquals(found.metadata["emrdm.experiment"], metadata["emrdm.experiment"]);
    await assertRejects(
      () => resumed({ ...first, model: { ...model, tileSize: 4 } }, options),
      CheckpointError,
      "got another model",
    );
  }));

Deno.test("train() compares the sizes of datasets that are given open", () =>
  inFolder(async (folder) => {
    const options = { out: `${folder}/run` };
    await resumed(tinyExperiment({ steps: 1 }), {
      ...options,
      datasets: { train: tinyDataset(5) },
    });
    await assertRejects(
      () => resumed(tinyExperiment(), { ...options, datasets: { train: tinyDataset(6) } }),
      CheckpointError,
      "must still have 5 samples, got 6",
    );
  }));
