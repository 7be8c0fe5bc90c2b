import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Params, readTensor, tf } from "../../engine/mod.ts";
import { clipping } from "../../training/clip.ts";

await tf.setBackend("cpu");

/** Gradients of norm 5. */
const grads = () => ({ a: tf.tensor1d([3, 0]), b: tf.tensor2d([[0, -4]]) });

/** The norm, and the gradients as an update scales them. */
function clip(grads: Params, maxNorm: number) {
  return tf.tidy(() => {
    const { norm, factor } = clipping(grads, maxNorm);
    const scale = (name: string) =>
      factor === undefined ? grads[name]!.clone() : tf.mul(grads[name]!, factor);
    return { norm, a: scale("a"), b: scale("b") };
  });
}

Deno.test("clipping() scales all gradients by one factor", async () => {
  const before = tf.memory().numTensors;
  const given = grads();
  const { a, b, norm } = clip(given, 1);
  assertAlmostEquals((await readTensor(norm))[0]!, 5, 1e-6);
  assertAlmostEquals((await readTensor(a))[0]!, 0.6, 1e-6);
  assertAlmostEquals((await readTensor(b))[1]!, -0.8, 1e-6);
  tf.dispose([given, a, b, norm]);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("clipping() leaves small gradients and Infinity alone", async () => {
  for (const maxNorm of [5.1, Infinity]) {
    const { a, b, norm } = clip(grads(), maxNorm);
    assertEquals([...(await readTensor(a))], [3, 0]);
    assertEquals([...(await readTensor(b))], [0, -4]);
    assertAlmostEquals((await readTensor(norm))[0]!, 5, 1e-6);
  }
});
