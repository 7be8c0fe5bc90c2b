import { assert, assertEquals, assertRejects } from "@std/assert";
import { readSafetensors } from "../../checkpoints/mod.ts";
import { OptionsError } from "../../core/mod.ts";
import type { Dataset } from "../../datasets/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { readLog, runFolder, train } from "../../training/mod.ts";
import { SIZE, tinyDataset, tinyExperiment } from "./tiny.ts";

await useEngine("cpu");

/** Samples that know where their frames are not clear, but for the second. */
function masked(): Dataset {
  const dataset = tinyDataset(3);
  return {
    ...dataset,
    async sample(index, rng) {
      const sample = await dataset.sample(index, rng);
      const { cloudy, target, length } = sample;
      const mask = Uint8Array.from(
        { length: length * SIZE * SIZE },
        (_, i) => index !== 1 && cloudy[2 * i] !== target[2 * i % target.length] ? 1 : 0,
      );
      return { ...sample, mask };
    },
  };
}

async function inFolder(f: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await f(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("train() keeps the best of all validations, after a resume too", async () => {
  await inFolder(async (out) => {
    const experiment = tinyExperiment({
      ...{ steps: 6, validateEvery: 1, validationSamples: 2, checkpointEvery: 4 },
      keepBest: "cloudy.psnr",
    });
    const datasets = { train: tinyDataset(), validation: masked() };
    const stop = new AbortController();
    const onProgress = ({ step }: { readonly step: number }) =>
      step === 5 && stop.abort(new Error("stop"));
    await assertRejects(
      () => train(experiment, { out, datasets, signal: stop.signal, onProgress }),
      Error,
      "stop",
    );
    const { best, validation, model } = await train(experiment, { out, datasets, resume: true });
    tf.dispose([{ ...model.weights.params }, { ...model.weights.buffers }]);

    const lines = (await readLog(runFolder(out).log)).filter((line) => "validation" in line);
    assertEquals(lines.length, 6);
    assertEquals(lines.at(-1)!.validation, validation);
    const values = lines.map(({ validation: { cloudy } }) => cloudy!.psnr);
    const value = Math.max(...values);
    assertEquals(best, { metric: "cloudy.psnr", value, step: values.indexOf(value) + 1 });
    const { metadata } = await readSafetensors(runFolder(out).best);
    assertEquals(Number(metadata["emrdm.step"]), best!.step);

    const { cloudy, ...all } = validation!;
    assertEquals([all.samples, cloudy!.samples], [2, 1]);
    assert(cloudy!.inputPsnr < all.inputPsnr, "errors of the input lie under its clouds");
    for (const scores of [all, cloudy!]) {
      assertEquals(scores.ssim, undefined, "tiles of 8 pixels have no window of 11");
      assert([scores.psnr, scores.mae, scores.sam].every((score) => score! > 0));
    }
  });
});

Deno.test("train() says before the first step that no sample can have the metric", async () => {
  await inFolder(async (out) => {
    const run = (keepBest: "ssim" | "cloudy.mae") =>
      train(tinyExperiment({ keepBest }), {
        out,
        datasets: { train: tinyDataset(), validation: tinyDataset() },
      });
    await assertRejects(() => run("cloudy.mae"), OptionsError, "$.keepBest: needs cloud masks");
    await assertRejects(() => run("ssim"), OptionsError, "$.keepBest: needs tiles of 11 pixels");
    assertEquals([...Deno.readDirSync(out)], []);
  });
});
