import { assertAlmostEquals, assertEquals } from "@std/assert";
import { readTensor, tf } from "../../engine/mod.ts";
import { train } from "../../training/mod.ts";
import { testOn, testOnEngines } from "../engines.ts";
import { tinyDataset, tinyExperiment } from "./tiny.ts";

/** Losses of the first steps on cpu; another engine differs by the rounding of its kernels. */
const STEPS = 2;
const ENGINE_ERROR = 1e-4;
const losses = new Map<string, readonly number[]>();

testOnEngines("train() takes the same steps on every engine", async (engine) => {
  const out = await Deno.makeTempDir();
  try {
    const found: number[] = [];
    const { model } = await train(tinyExperiment({ steps: STEPS }), {
      out,
      datasets: { train: tinyDataset() },
      onProgress: ({ loss }) => found.push(loss),
    });
    tf.dispose([model.weights.params, model.weights.buffers]);
    losses.set(engine, found);
    assertEquals(found.length, STEPS);
    const wanted = losses.get("cpu")!;
    found.forEach((loss, i) => assertAlmostEquals(loss, wanted[i]!, ENGINE_ERROR * wanted[i]!));
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

testOn(
  "native",
  "train() resumed on native equals train() uninterrupted, bit for bit",
  async () => {
    const folder = await Deno.makeTempDir();
    const datasets = { train: tinyDataset() };
    try {
      const runs = [["straight", 4, false], ["parts", 2, false], ["parts", 4, true]] as const;
      const results = [];
      for (const [name, steps, resume] of runs) {
        const experiment = tinyExperiment({ steps });
        const { loss, model: { weights } } = await train(experiment, {
          out: `${folder}/${name}`,
          datasets,
          resume,
        });
        const values = await Promise.all(Object.values(weights.params).map(readTensor));
        results.push({ loss, values });
        tf.dispose([weights.params, weights.buffers]);
      }
      assertEquals(results[2], results[0]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
