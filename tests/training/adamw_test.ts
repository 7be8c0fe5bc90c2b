import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Params, readTensor, tf } from "../../engine/mod.ts";
import { adamw, updateEma } from "../../training/mod.ts";
import { assertGolden, golden, valuesOf } from "../golden.ts";

await tf.setBackend("cpu");

Deno.test("adamw() takes the reference's five steps", async () => {
  const trace = await golden("adamw_trace");
  const before = tf.memory().numTensors;
  const optimizer = adamw();
  let params: Params = { p: tf.tensor1d(valuesOf(trace, "p0")) };
  let state = optimizer.init(params);
  for (let step = 0; step < 5; step++) {
    const grads = { p: tf.tensor1d(valuesOf(trace, `g${step}`)) };
    const next = optimizer.update(params, grads, state);
    tf.dispose([params, grads, state.first, state.second]);
    ({ params, state } = next);
    assertEquals(state.step, step + 1);
    assertGolden(await readTensor(params["p"]!), trace, `p${step + 1}`);
    assertGolden(await readTensor(state.first["p"]!), trace, `m${step + 1}`);
    assertGolden(await readTensor(state.second["p"]!), trace, `v${step + 1}`);
  }
  tf.dispose([params, state.first, state.second]);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("adamw() decays every parameter even where there is no gradient", async () => {
  const optimizer = adamw({ learningRate: 0.1, weightDecay: 0.5 });
  const params = { scale: tf.tensor1d([2]), bias: tf.scalar(-4) };
  const zeros = { scale: tf.zeros([1]), bias: tf.scalar(0) };
  const { params: next } = optimizer.update(params, zeros, optimizer.init(params));
  assertAlmostEquals((await readTensor(next["scale"]!))[0]!, 2 * 0.95, 1e-6);
  assertAlmostEquals((await readTensor(next["bias"]!))[0]!, -4 * 0.95, 1e-6);
  assertEquals([...(await readTensor(params.scale))], [2]);
});

Deno.test("adamw() clips and moves averages as the separate steps do", async () => {
  const optimizer = adamw({ learningRate: 0.1 });
  const params = { w: tf.tensor1d([1, -2, 3]) };
  const grads = { w: tf.tensor1d([4, 5, -6]) };
  const average = { w: tf.tensor1d([0.5, 0.5, 0.5]) };
  const { first, second } = optimizer.init(params);
  const numbers = optimizer.rates(1);
  const rates = {
    move: tf.scalar(numbers.move),
    epsilon: tf.scalar(numbers.epsilon),
    keep: tf.scalar(numbers.keep),
  };
  const together = optimizer.apply(params, grads, {
    first,
    second,
    rates,
    factor: tf.scalar(0.25),
    averages: [{ params: average, share: tf.scalar(0.1) }],
  });
  const scaled = { w: tf.mul(grads.w, tf.scalar(0.25)) };
  const apart = optimizer.apply(params, scaled, { first, second, rates });
  const moved = updateEma(average, apart.params, 0.9);
  assertEquals(apart.averages, []);
  assertEquals(await readTensor(together.params.w!), await readTensor(apart.params.w!));
  assertEquals(await readTensor(together.second.w!), await readTensor(apart.second.w!));
  const [ours, wanted] = [await readTensor(together.averages[0]!.w!), await readTensor(moved.w!)];
  ours.forEach((value, i) => assertAlmostEquals(value, wanted[i]!, 1e-6));
});
