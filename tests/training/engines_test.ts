import { assertAlmostEquals, assertEquals } from "@std/assert";
import { tf } from "../../engine/mod.ts";
import { train } from "../../training/mod.ts";
import { testOnEngines } from "../engines.ts";
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
