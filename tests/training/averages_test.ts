import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { readSafetensors } from "../../checkpoints/mod.ts";
import { OptionsError } from "../../core/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { emaDecay, parseExperiment, runFolder, train } from "../../training/mod.ts";
import { tinyDataset, tinyExperiment } from "./tiny.ts";

await useEngine("cpu");

/** float32 of weights below 4, over a few updates. */
const ROUNDING = 1e-6;
const NAME = "patch_out.proj.weight";

Deno.test("train() keeps several averages, each by its own decay, and goes on with another", async () => {
  const out = await Deno.makeTempDir();
  try {
    const decays = [0.999, 0.3, 0];
    const steps = 4;
    const experiment = tinyExperiment({ steps, keepEvery: 1, ema: { decays, use: 0.3 } });
    const options = { out, datasets: { train: tinyDataset() }, resume: true };
    const { model } = await train(experiment, options);
    tf.dispose([{ ...model.weights.params }, { ...model.weights.buffers }]);
    assertEquals(model.card.training["emaDecay"], 0.3);
    const folder = runFolder(out);
    const read = async (path: string, name: string) =>
      [...(await readSafetensors(path)).tensors[name]!.data] as number[];
    const stop = new AbortController();
    stop.abort(new Error("before the first step"));
    const fresh = `${out}/fresh`;
    await train(experiment, { ...options, out: fresh, signal: stop.signal }).catch(() => {});
    for (const decay of decays) {
      let wanted = await read(runFolder(fresh).last, `training.params.${NAME}`);
      for (let step = 1; step <= steps; step++) {
        const params = await read(folder.kept(step), `training.params.${NAME}`);
        const d = emaDecay(decay, step);
        wanted = wanted.map((average, i) => d * average + (1 - d) * params[i]!);
        const name = decay === 0.3 ? NAME : `training.ema.${decay}.${NAME}`;
        const found = await read(folder.kept(step), name);
        found.forEach((value, i) => assertAlmostEquals(value, wanted[i]!, ROUNDING, `${decay}`));
        if (decay === 0) assertEquals(found, params);
      }
    }
    assertEquals(await read(folder.model, NAME), await read(folder.last, NAME));

    // The run is complete: another average becomes its model.
    const other = { ...experiment, ema: { decays, use: 0.999 } };
    const again = await train(other, options);
    tf.dispose([{ ...again.model.weights.params }, { ...again.model.weights.buffers }]);
    const slow = await read(folder.kept(steps), `training.ema.0.999.${NAME}`);
    assertEquals(await read(folder.model, NAME), slow);
    assertEquals(await read(folder.last, NAME), slow);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("parseExperiment() takes one decay or several, and one of them to use", () => {
  const parsed = (ema: unknown) => parseExperiment({ ...tinyExperiment(), ema }).ema;
  assertEquals(parsed({}), { decays: [0.9999], use: 0.9999 });
  assertEquals(parsed({ decay: 0.9 }), { decays: [0.9], use: 0.9 });
  assertEquals(parsed({ decays: [0.99, 0.9] }), { decays: [0.99, 0.9], use: 0.99 });
  assertEquals(parsed(parsed({ decays: [0.99, 0.9], use: 0.9 })).use, 0.9);
  const wrong = [
    [{ decay: 0.9, decays: [0.99, 0.9] }, "$.ema.decays"],
    [{ decays: [0.9, 0.9] }, "$.ema.decays"],
    [{ decays: [] }, "$.ema.decays"],
    [{ decays: [0.9], use: 0.99 }, "$.ema.use"],
    [{ decays: [2] }, "$.ema.decays[0]"],
  ] as const;
  for (const [value, path] of wrong) {
    assertEquals(assertThrows(() => parsed(value), OptionsError).path, path);
  }
});
