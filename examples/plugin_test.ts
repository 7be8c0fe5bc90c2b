/**
 * Tests of the example plugin: the contract suite of its schedule, and the orders of its sampler.
 *
 * ```sh
 * deno test --allow-read examples/plugin_test.ts
 * ```
 *
 * @module
 */

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  builtins,
  exponentialTimesteps,
  type Images,
  OptionsError,
  rational,
  type Sequence,
  tf,
  useEngine,
} from "../mod.ts";
import { testSchedule } from "../tests/contracts/mod.ts";
import { multistep } from "./custom_sampler.ts";
import { variancePreserving } from "./custom_schedule.ts";
import plugin from "./plugin.ts";

testSchedule("variancePreserving()", () => variancePreserving());
testSchedule("variancePreserving({ alpha: 0.5 })", () => variancePreserving({ alpha: 0.5 }));

/** Relative error at σ = 0 for x0 ~ N(0, c²), where D = y·c²/(c² + σ²) and y ∝ √(c² + σ²). */
async function gaussianError(order: number, steps: number): Promise<number> {
  const c = 0.5;
  const sigmaMax = 10;
  const start = tf.tensor5d([1], [1, 1, 1, 1, 1]) as Sequence;
  const y = await multistep({ order }).sample({
    schedule: rational(),
    sigmas: exponentialTimesteps({ sigmaMin: 0.001, sigmaMax }).sigmas(steps),
    denoise: (y, [level]) => {
      const gain = c ** 2 / (c ** 2 + level!.sigma ** 2);
      return Promise.resolve(tf.tidy(() => tf.mul(tf.squeeze(y, [1]), gain) as Images));
    },
    start,
    noise: () => tf.zerosLike(start),
  });
  const [value] = await y.data();
  tf.dispose([start, y]);
  return Math.abs(value! / (c / Math.hypot(c, sigmaMax)) - 1);
}

for (const order of [1, 2]) {
  Deno.test(`multistep({ order: ${order} }) converges with order ${order}`, async () => {
    await useEngine("cpu");
    const before = tf.memory().numTensors;
    const [coarse, fine] = [await gaussianError(order, 24), await gaussianError(order, 48)];
    assertAlmostEquals(Math.log2(coarse / fine), order, 0.25);
    assertEquals(tf.memory().numTensors, before, "tensors must not leak");
  });
}

Deno.test("the example plugin's modules are checked like built-in ones", () => {
  const registry = builtins.with(plugin);
  assertEquals(registry.create("schedule", { type: "variancePreserving", alpha: 2 }).s(0), 1);
  assertThrows(
    () => registry.create("sampler", { type: "multistep", order: 3 }),
    OptionsError,
    "$.sampler.order: must be an integer ≥ 1 and ≤ 2, got 3",
  );
});
