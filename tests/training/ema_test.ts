import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Params, readTensor, tf } from "../../engine/mod.ts";
import { EMA_DECAY, emaDecay, updateEma } from "../../training/mod.ts";
import { assertGolden, golden, valuesOf } from "../golden.ts";

await tf.setBackend("cpu");

Deno.test("updateEma() follows the reference's trace", async () => {
  const trace = await golden("ema_trace");
  const width = trace.shapes["params"]![1]!;
  const [params, decays] = [valuesOf(trace, "params"), valuesOf(trace, "decay")];
  const row = (i: number) => tf.tensor1d(params.subarray(i * width, (i + 1) * width));
  const before = tf.memory().numTensors;
  let ema: Params = { p: row(0) };
  const shadow = [...(await readTensor(ema["p"]!))];
  for (let update = 1; update <= decays.length; update++) {
    const decay = emaDecay(EMA_DECAY, update);
    assertAlmostEquals(decay, decays[update - 1]!, 1e-6);
    const current = { p: row(update) };
    const next = updateEma(ema, current, decay);
    tf.dispose([ema, current]);
    ema = next;
    shadow.push(...await readTensor(ema["p"]!));
  }
  assertGolden(shadow, trace, "shadow");
  tf.dispose(ema);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("emaDecay() warms up from 2/11 and stays at the given decay", () => {
  assertAlmostEquals(emaDecay(0.9999, 1), 2 / 11, 1e-15);
  assertEquals(emaDecay(0.9, 80), 81 / 90);
  assertEquals(emaDecay(0.9, 1000), 0.9);
  assertEquals(emaDecay(0, 1), 0);
});
