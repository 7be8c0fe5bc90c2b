import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { type Params, readTensor, tf } from "../../engine/mod.ts";
import { createModel } from "../../model/mod.ts";
import {
  adamw,
  createUpdater,
  readLog,
  type StepLine,
  train,
  trainStep,
} from "../../training/mod.ts";
import { testNetworksOnEngines, testOnEngines } from "../engines.ts";
import { TINY_MODEL, tinyDataset, tinyExperiment } from "./tiny.ts";

/**
 * What sums of the same float32 numbers in another order may differ by, relative to the largest: the
 * rounding of 2⁻²⁴, over the hundreds of numbers that a gradient is the sum of.
 */
const REORDERED = 2e-6;

/** The first moments after one step, which are a tenth of its gradients, and the step's numbers. */
async function firstStep(accumulate: number) {
  const { card, weights, modules } = createModel(TINY_MODEL, { seed: 3 });
  const optimizer = adamw();
  const updater = createUpdater({ network: modules.network, optimizer, clip: 1, accumulate });
  const dataset = tinyDataset();
  const samples = await Promise.all([0, 1, 2, 3].map((i) => dataset.sample(i, createRng(i))));
  const { first, second } = optimizer.init(weights.params);
  const state = { step: 0, weights, ema: [], optimizer: { step: 0, first, second } };
  const schedule = { type: "constant" } as const;
  const context = { card, modules, optimizer, schedule, decays: [], updater };
  const rng = createRng(8);
  const result = await trainStep(context, state, { samples, length: 2, rng });
  const read = async (params: Params) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(params).map(async ([name, one]) => [name, await readTensor(one)] as const),
      ),
    );
  const moments = await read(result.state.optimizer.first);
  for (const group of [weights.params, weights.buffers, first, second]) tf.dispose({ ...group });
  const { weights: { params }, optimizer: after } = result.state;
  for (const group of [params, after.first, after.second]) tf.dispose({ ...group });
  await updater.dispose();
  return { ...result, moments };
}

testNetworksOnEngines(
  "gradients of four batches of one are those of one batch of four",
  async () => {
    const whole = await firstStep(1);
    for (const parts of [2, 4]) {
      const { loss, losses, norm, sigmas, moments } = await firstStep(parts);
      assertEquals(sigmas, whole.sigmas);
      losses.forEach((one, i) => assertAlmostEquals(one, whole.losses[i]!, 1e-5 * one));
      assertAlmostEquals(loss, whole.loss, 1e-6 * loss);
      assertAlmostEquals(norm, whole.norm, 1e-6 * norm);
      const most = Math.max(
        ...Object.values(whole.moments).flatMap((one) => [...one].map(Math.abs)),
      );
      for (const [name, values] of Object.entries(moments)) {
        values.forEach((value, i) =>
          assertLess(Math.abs(value - whole.moments[name]![i]!), REORDERED * most, name)
        );
      }
    }
  },
  ["cpu", "native"],
);

testOnEngines(
  "train() with accumulated gradients sees and draws what one large batch would",
  async () => {
    const root = await Deno.makeTempDir();
    try {
      const logs: StepLine[][] = [];
      for (const [batchSize, accumulate] of [[4, 1], [2, 2]] as const) {
        const out = `${root}/${accumulate}`;
        const { model } = await train(tinyExperiment({ batchSize, accumulate, steps: 3 }), {
          out,
          datasets: { train: tinyDataset() },
        });
        tf.dispose([{ ...model.weights.params }, { ...model.weights.buffers }]);
        assertEquals(model.card.training["batchSize"], 4);
        logs.push((await readLog(`${out}/log.jsonl`)).filter((line) => "loss" in line));
      }
      const [whole, parts] = logs as [StepLine[], StepLine[]];
      assertEquals(parts.map(({ sigmas, length }) => ({ sigmas, length })), [
        ...whole.map(({ sigmas, length }) => ({ sigmas, length })),
      ]);
      // AdamW turns a gradient near zero into a whole step, so that rounding grows with every update.
      parts.forEach(({ loss }, i) => assertAlmostEquals(loss, whole[i]!.loss, 1e-4 * loss));
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
  ["native"],
);
