import { assertAlmostEquals, assertEquals } from "@std/assert";
import { readTensor, tf } from "../../engine/mod.ts";
import { clipByGlobalNorm } from "../../training/mod.ts";

await tf.setBackend("cpu");

/** Gradients of norm 5. */
const grads = () => ({ a: tf.tensor1d([3, 0]), b: tf.tensor2d([[0, -4]]) });

Deno.test("clipByGlobalNorm() scales all gradients by one factor", async () => {
  const before = tf.memory().numTensors;
  const given = grads();
  const { grads: clipped, norm } = clipByGlobalNorm(given, 1);
  assertAlmostEquals((await readTensor(norm))[0]!, 5, 1e-6);
  assertAlmostEquals((await readTensor(clipped["a"]!))[0]!, 0.6, 1e-6);
  assertAlmostEquals((await readTensor(clipped["b"]!))[1]!, -0.8, 1e-6);
  tf.dispose([given, clipped, norm]);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("clipByGlobalNorm() leaves small gradients and Infinity alone", async () => {
  for (const maxNorm of [5.1, Infinity]) {
    const { grads: kept, norm } = clipByGlobalNorm(grads(), maxNorm);
    assertEquals([...(await readTensor(kept["a"]!))], [3, 0]);
    assertEquals([...(await readTensor(kept["b"]!))], [0, -4]);
    assertAlmostEquals((await readTensor(norm))[0]!, 5, 1e-6);
  }
});
