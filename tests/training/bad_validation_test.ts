/** Validations of which a file is bad. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputError } from "../../core/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { type Experiment, readLog, runFolder, train } from "../../training/mod.ts";
import { decodeEvents } from "./events.ts";
import { tinyExperiment, writeTinySamples } from "./tiny.ts";

await useEngine("cpu");

/** Five samples for training, and as many for validation of which one is bad. */
async function inFolder(
  f: (folder: string, experiment: (changes: Partial<Experiment>) => Experiment) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeTinySamples(`${folder}/train`);
    await writeTinySamples(`${folder}/val`);
    await Deno.writeTextFile(`${folder}/val/cloudy/1_0.tif`, "no image");
    await f(folder, (changes) =>
      tinyExperiment({
        data: {
          train: { type: "folder", root: `${folder}/train` },
          validation: { type: "folder", root: `${folder}/val`, augment: false },
        },
        ...{ steps: 2, validateEvery: 1, validationSamples: 3 },
        ...changes,
      }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function finish(experiment: Experiment, out: string): Promise<void> {
  const { model: { weights } } = await train(experiment, { out, resume: true });
  tf.dispose([{ ...weights.params }, { ...weights.buffers }]);
}

Deno.test("a validation leaves bad samples out and counts them where the run may skip them", () =>
  inFolder(async (folder, experiment) => {
    const out = `${folder}/run`;
    await finish(experiment({ skipBad: true }), out);
    const validations = (await readLog(runFolder(out).log))
      .flatMap((line) => "validation" in line ? [line.validation] : []);
    assertEquals(validations.length, 2);
    for (const { samples, skipped, psnr, loss } of validations) {
      assertEquals([samples, skipped!.length], [2, 1]);
      assert(skipped![0]!.includes("val/cloudy/1_0.tif"), skipped![0]);
      assert(Number.isFinite(psnr) && Number.isFinite(loss));
    }
    const events = decodeEvents(await Deno.readFile(runFolder(out).events));
    const tags = events.flatMap(({ scalars }) => Object.keys(scalars));
    assert(tags.includes("validation/psnr"));
    assertEquals(tags.filter((tag) => tag.includes("skipped")), []);
    const card = await Deno.readTextFile(runFolder(out).card);
    assert(card.includes(" (1 with bad files skipped)"), card);
  }));

Deno.test("the samples that are left out change no number of the others", () =>
  inFolder(async (folder, experiment) => {
    // The bad one is the second: a validation of one sample does not see it.
    const one = experiment({ skipBad: true, validationSamples: 1 });
    await finish(one, `${folder}/one`);
    await finish(experiment({ skipBad: true, validationSamples: 2 }), `${folder}/two`);
    const measured = async (run: string) =>
      (await readLog(runFolder(`${folder}/${run}`).log))
        .flatMap((line) => "validation" in line ? [line.validation] : [])
        .map(({ skipped: _, ...rest }) => rest);
    assertEquals(await measured("two"), await measured("one"));
  }));

Deno.test("a bad validation sample ends the run without skipBad, which goes on with it", () =>
  inFolder(async (folder, experiment) => {
    const before = tf.memory().numTensors;
    const out = `${folder}/run`;
    const run = () => train(experiment({ checkpointEvery: 1, validateEvery: 2 }), { out });
    await assertRejects(run, InputError, "val/cloudy/1_0.tif");
    assertEquals(tf.memory().numTensors, before);
    await finish(experiment({ skipBad: true }), out);
    assertEquals(tf.memory().numTensors, before);
  }));

Deno.test("a validation of which every sample is bad ends the run", () =>
  inFolder(async (folder, experiment) => {
    for (const name of [0, 2, 3, 4]) {
      await Deno.writeTextFile(`${folder}/val/cloudy/${name}_1.tif`, "no image");
    }
    await assertRejects(
      () => finish(experiment({ skipBad: true }), `${folder}/run`),
      InputError,
      "one of the first 3 samples must be usable, got none; the first error: ",
    );
  }));
