/** Ends of `emrdm train` before its last step: signals, and losses that are not finite. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadModel, readSafetensors } from "../../checkpoints/mod.ts";
import { createRng } from "../../core/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { tf } from "../../engine/mod.ts";
import { type Experiment, readLog, runFolder } from "../../training/mod.ts";
import { sampleOrder } from "../../training/order.ts";
import { SIZE, TINY_MODEL, tinyExperiment, writeTinySamples } from "../training/tiny.ts";
import { emrdm, inFolder } from "./run.ts";
import { slowTest } from "../slow.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

async function writeExperiment(folder: string, changes: Partial<Experiment>): Promise<string> {
  const root = `${folder}/data`;
  await writeTinySamples(root);
  const data = { train: { type: "folder", root } } as const;
  const path = `${folder}/tiny.json`;
  await Deno.writeTextFile(path, JSON.stringify(tinyExperiment({ data, ...changes })));
  return path;
}

const stepOf = async (path: string) => Number((await readSafetensors(path)).metadata["emrdm.step"]);

/** Runs the program; sends a signal after it reports its first steps. */
async function stopped(args: readonly string[], signal: Deno.Signal) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-ffi", "--allow-read", "--allow-write", CLI, ...args],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let err = "";
  let sent = false;
  for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
    err += part;
    if (!sent && /^step \d+ of \d+: loss [\d.]+, [\d:]+ left$/m.test(err)) {
      sent = true;
      child.kill(signal);
    }
  }
  return { code: (await child.status).code, err };
}

for (const [signal, stop] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  slowTest(
    `train stops at ${signal} with a checkpoint and code ${stop}, and continues from it`,
    async () => {
      await inFolder(async (folder) => {
        const changes = { steps: 100_000, logEvery: 2, checkpointEvery: 100_000, minLength: 2 };
        const file = await writeExperiment(folder, changes);
        const out = `${folder}/run`;
        const call = ["train", file, "--out", out, "--engine", "native"];
        const { code, err } = await stopped(call, signal);
        assertEquals(code, stop, err);
        assertStringIncludes(
          err,
          "interrupted, checkpoint saved; run the same command with --resume",
        );
        const done = await stepOf(runFolder(out).last);
        assert(done >= 2, `${done} steps`);
        const steps = done + 2;
        const { code: rc, err: again } = await emrdm(...call, "--resume", "--steps", `${steps}`);
        assertEquals(rc, 0, again);
        assertEquals(await stepOf(runFolder(out).last), steps);
        const logged = (await readLog(`${out}/log.jsonl`)).filter((line) => "loss" in line);
        assertEquals(
          logged.map(({ step }) => step),
          Array.from({ length: steps }, (_, i) => i + 1),
        );
      });
    },
  );
}

Deno.test("train stops at a loss that is not finite, names step, σ and sample, and keeps its checkpoint", async () => {
  await inFolder(async (folder) => {
    const model = { ...TINY_MODEL, scaling: { low: 0, high: 10000, clip: false } };
    const changes = { model, steps: 5, batchSize: 1, checkpointEvery: 1, validateEvery: 9 };
    const file = await writeExperiment(folder, changes);
    // The third sample of the run holds a number whose square is none in float32.
    const rng = createRng(5).fork("training").fork("order");
    const { index } = sampleOrder({ size: 5, batchSize: 1, rng })(2)[0]!;
    const side = SIZE + 4;
    const data = new Float32Array(side * side * 2).fill(1e30);
    const raster = {
      width: side,
      height: side,
      bands: ["B04", "B08"],
      dtype: "float32",
      data,
    } as const;
    const bad = `${folder}/data/clear/${index}.tif`;
    const good = await Deno.readFile(bad);
    await writeCog(bad, raster, { overwrite: true });

    const out = `${folder}/run`;
    const call = ["train", file, "--out", out, "--engine", "cpu"];
    const { code, err } = await emrdm(...call);
    assertEquals(code, 1);
    assert(/at step 3: .*got loss (Infinity|NaN)/.test(err), err);
    assert(
      new RegExp(`from .*\\b${index}\\b.* \\(σ = [\\d.e-]+, loss (Infinity|NaN)\\)`).test(err),
      err,
    );
    assertEquals(await stepOf(runFolder(out).last), 2);
    const { weights } = await loadModel(runFolder(out).model);
    tf.dispose([{ ...weights.params }, { ...weights.buffers }]);

    await Deno.writeFile(bad, good);
    const again = await emrdm(...call, "--resume");
    assertEquals(again.code, 0, again.err);
    assertEquals(await stepOf(runFolder(out).last), 5);
  });
});

Deno.test("train takes options from --set, and refuses unknown ones", async () => {
  await inFolder(async (folder) => {
    const file = await writeExperiment(folder, { steps: 2, batchSize: 1 });
    const call = ["train", file, "--engine", "cpu", "--out"];
    const set = ["--set", "optimizer.learningRate=0.5", "--set", "model.network.levels.0.dFf=8"];
    const { code, err } = await emrdm(...call, `${folder}/a`, ...set, "--steps", "1");
    assertEquals(code, 0, err);
    const { optimizer, model, steps } = JSON.parse(
      await Deno.readTextFile(`${folder}/a/experiment.json`),
    );
    assertEquals([optimizer.learningRate, model.network.levels[0].dFf, steps], [0.5, 8, 1]);
    // What was resolved can be trained again, and is the same experiment.
    const again = await emrdm(
      "train",
      `${folder}/a/experiment.json`,
      ...call.slice(2),
      `${folder}/a`,
      "--resume",
      "--steps",
      "2",
    );
    assertEquals(again.code, 0, again.err);
    const wrong = [
      ["optimizer.learninRate=1", "$.optimizer.learninRate: is not a known option"],
      ["model.stpes=1", "$.model.stpes: is not a known option"],
      ["model.network.dpeth=1", "$.model.network.dpeth: is not a known option"],
      ["steps=many", "$.steps"],
      ["steps", "must be changed by path=value"],
    ] as const;
    for (const [assignment, message] of wrong) {
      const { code, err } = await emrdm(...call, `${folder}/b`, "--set", assignment);
      assertEquals(code, 2, err);
      assertStringIncludes(err, message);
    }
  });
});

Deno.test("train counts the samples that it skips, and reports them", async () => {
  await inFolder(async (folder) => {
    const file = await writeExperiment(folder, { steps: 5, batchSize: 1 });
    await Deno.writeTextFile(`${folder}/data/cloudy/2_0.tif`, "no image");
    const call = ["train", file, "--engine", "cpu", "--out"];
    const strict = await emrdm(...call, `${folder}/a`);
    assertEquals(strict.code, 3, strict.err);
    assertStringIncludes(strict.err, "2_0.tif");
    const lenient = await emrdm(...call, `${folder}/b`, "--set", "skipBad=true");
    assertEquals(lenient.code, 0, lenient.err);
    assertStringIncludes(lenient.err, "1 sample with bad files skipped so far");
    const skipped = (await readLog(`${folder}/b/log.jsonl`)).filter((line) => "skipped" in line);
    assertEquals(skipped.length, 1);
    assertStringIncludes(JSON.stringify(skipped), "2_0.tif");
    assertStringIncludes(await Deno.readTextFile(`${folder}/b/model_card.md`), "1 with bad files");
  });
});

Deno.test("train counts incomplete samples if it may skip them", async () => {
  await inFolder(async (folder) => {
    const file = await writeExperiment(folder, { steps: 2, batchSize: 1 });
    await Deno.remove(`${folder}/data/cloudy/2_0.tif`);
    await Deno.remove(`${folder}/data/cloudy/2_1.tif`);
    const call = ["train", file, "--engine", "cpu", "--out"];
    const strict = await emrdm(...call, `${folder}/a`);
    assertEquals(strict.code, 3, strict.err);
    assertStringIncludes(strict.err, 'or set "skipIncomplete" to true');
    const lenient = await emrdm(...call, `${folder}/b`, "--set", "data.train.skipIncomplete=true");
    assertEquals(lenient.code, 0, lenient.err);
    assertStringIncludes(lenient.err, "skipping 1 sample with missing files");
    assertStringIncludes(
      await Deno.readTextFile(`${folder}/b/model_card.md`),
      "1 with missing files were left out",
    );
  });
});
