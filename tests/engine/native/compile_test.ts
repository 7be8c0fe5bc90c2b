import { assert, assertEquals, assertRejects } from "@std/assert";
import { blockwise, compile, readTensor, type Tensor, tf, useEngine } from "../../../engine/mod.ts";
import type { NativeBackend } from "../../../engine/native/backend.ts";
import { assertClose, normals, switchEngine, testOn, testOnEngines } from "../../engines.ts";

testOnEngines("compile() runs a function of trees of tensors", async () => {
  let calls = 0;
  const f = compile(({ a, list }: { a: Tensor; list: readonly Tensor[] }) => {
    calls++;
    return { sum: tf.add(a, list[0]!), pair: [tf.mul(a, list[1]!)] };
  });
  const [a, b, c] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4]), tf.tensor1d([5, 6])];
  for (let i = 0; i < 3; i++) {
    const { sum, pair } = await f({ a, list: [b, c] });
    assertEquals([...await readTensor(sum)], [4, 6]);
    assertEquals([...await readTensor(pair[0]!)], [5, 12]);
    tf.dispose([sum, pair]);
  }
  // On native the function runs once, then its graph.
  assertEquals(calls, tf.getBackend() === "native" ? 1 : 3);
  await f.dispose();
  tf.dispose([a, b, c]);
});

testOnEngines("compile() asks for random values by name at every call", async () => {
  const f = compile(({ x }: { x: Tensor }, { random }) => ({
    y: tf.add(tf.mul(x, random("a", [3])), random("b", [3])),
  }));
  const x = tf.tensor1d([1, 2, 3]);
  for (const draw of [1, 2]) {
    const { y } = await f({ x }, (name, shape) => {
      assertEquals(shape, [3]);
      return Float32Array.from({ length: 3 }, () => name === "a" ? draw : 10 * draw);
    });
    assertEquals([...await readTensor(y)], [1, 2, 3].map((v) => v * draw + 10 * draw));
    y.dispose();
  }
  await assertRejects(() => f({ x }), TypeError, "random values for a");
  await f.dispose();
  x.dispose();
});

testOnEngines("compile() makes a program per shape and per constant", async () => {
  const f = compile(
    ({ w, x }: { w: Tensor; x: Tensor }) => ({ y: tf.mul(x, w) }),
    { constants: ["w"] },
  );
  for (const [weight, values] of [[2, [1]], [3, [1]], [3, [1, 2]]] as const) {
    const [w, x] = [tf.scalar(weight), tf.tensor1d([...values])];
    const { y } = await f({ w, x });
    assertEquals([...await readTensor(y)], values.map((v) => v * weight));
    tf.dispose([w, x, y]);
  }
  await f.dispose();
});

testOnEngines("compile() computes what depends on slow inputs anew when they change", async () => {
  const f = compile(
    ({ x, level }: { x: Tensor; level: Tensor }) => ({ y: tf.add(x, tf.exp(tf.sin(level))) }),
    { slow: ["level"] },
  );
  const x = tf.tensor1d([1, 2]);
  for (const value of [0.5, 1, 0.5]) {
    const level = tf.tensor1d([value]);
    const { y } = await f({ x, level });
    assertClose(await readTensor(y), [1, 2].map((v) => v + Math.exp(Math.sin(value))), 1e-6);
    tf.dispose([y, level]);
  }
  await f.dispose();
  x.dispose();
});

testOnEngines("compile() hands resident outputs to the next call", async () => {
  const f = compile(
    ({ state, x }: { state: Tensor; x: Tensor }) => {
      const next = tf.add(state, x);
      return { state: next, total: tf.sum(next) };
    },
    { resident: ["state"] },
  );
  const x = tf.tensor1d([1, 2]);
  let state: Tensor = tf.tensor1d([10, 20]);
  for (let step = 1; step <= 4; step++) {
    const next = await f({ state, x });
    state.dispose();
    state = next.state;
    assertEquals([...await readTensor(next.total)], [30 + 3 * step]);
    next.total.dispose();
  }
  assertEquals([...await readTensor(state)], [14, 28]);
  await f.dispose();
  tf.dispose([state, x]);
});

testOn("native", "a resident tensor is no input of an op in between, and says so", async () => {
  const f = compile(({ x }: { x: Tensor }) => ({ y: tf.exp(x) }), { resident: ["y"] });
  const x = tf.tensor1d([0, 1]);
  const { y } = await f({ x });
  let message = "";
  try {
    tf.exp(y);
  } catch (error) {
    message = (error as Error).message;
  }
  assert(message.includes("Cannot compute Exp: the native worker holds an input"), message);
  const column = y.reshape([2, 1]);
  assertEquals([...await readTensor(column)], [...await readTensor(y)]);
  await f.dispose();
  tf.dispose([x, y, column]);
});

testOn("native", "large constants are moved to the worker, cut where they are split", async () => {
  // More than what is embedded: 2¹⁵ × 520.
  const [rows, columns] = [2 ** 15, 520];
  const values = normals(rows * columns, "weights");
  const w = tf.tensor2d(values, [rows, columns]);
  const f = compile(
    ({ w, x }: { w: Tensor; x: Tensor }) => {
      const [a, b] = tf.split(w, [200, 320], 1) as [Tensor, Tensor];
      return { a: tf.matMul(x as tf.Tensor2D, a as tf.Tensor2D), b: tf.sum(b, 0) };
    },
    { constants: ["w"] },
  );
  const x = tf.ones([1, rows]);
  const { a, b } = await f({ w, x });
  const wanted = new Float64Array(columns);
  values.forEach((value, i) => wanted[i % columns]! += value);
  assertClose(await readTensor(a), wanted.subarray(0, 200), 1e-3);
  assertClose(await readTensor(b), wanted.subarray(200), 1e-3);
  assert((tf.backend() as unknown as NativeBackend).holds(w));
  assertEquals(await readTensor(w), values);
  await f.dispose();
  tf.dispose([w, x, a, b]);
});

/** Gradient steps with momentum on a matrix that is large enough to be updated in blocks. */
async function descend(steps: number): Promise<{ w: Float32Array; losses: number[] }> {
  const [inner, outer] = [512, 1024];
  interface State {
    readonly w: Tensor;
    readonly m: Tensor;
    readonly x: Tensor;
  }
  const f = compile(({ w, m, x }: State) => {
    const { value, grads } = tf.valueAndGrads((one: Tensor) =>
      tf.mean(tf.square(tf.matMul(x as tf.Tensor2D, one as tf.Tensor2D))) as tf.Scalar
    )([w]);
    // Every gradient is needed before the first update.
    const rate = tf.add(tf.mul(tf.sum(grads[0]!), 0), 8);
    const [nextW, nextM] = blockwise(([p, g, v]) => {
      const next = tf.add(tf.mul(v!, 0.9), g!);
      return [tf.sub(p!, tf.mul(next, rate)), next];
    }, [w, grads[0]!, m]) as [Tensor, Tensor];
    return { loss: value, w: nextW, m: nextM };
  }, { resident: ["w", "m"], donated: ["w", "m"] });
  let w: Tensor = tf.tensor(normals(inner * outer, "w"), [inner, outer]);
  let m: Tensor = tf.zeros([inner, outer]);
  const x = tf.tensor(normals(64 * inner, "x"), [64, inner]);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const next = await f({ w, m, x });
    if (tf.getBackend() === "native") {
      await assertRejects(() => w.data(), Error, "has overwritten it");
    }
    tf.dispose([w, m]);
    losses.push((await readTensor(next.loss))[0]!);
    next.loss.dispose();
    ({ w, m } = next);
  }
  const values = await readTensor(w);
  await f.dispose();
  tf.dispose([w, m, x]);
  return { w: values, losses };
}

testOn(
  "native",
  "donated state is overwritten in blocks, and gives the numbers of wasm",
  async () => {
    const found = await descend(3);
    await switchEngine("wasm");
    const wanted = await descend(3);
    await switchEngine("native");
    // wasm adds 65,536 squares one by one in float32: √n·2⁻²⁴ is 1.5e-5.
    assertClose(found.losses, wanted.losses, 5e-5);
    assertClose(found.w, wanted.w, 1e-5);
    assert(wanted.losses[2]! < 0.9 * wanted.losses[0]!, "the steps must do something");
  },
);

testOn("native", "a tensor that shares its numbers with a donated one keeps them", async () => {
  const f = compile(
    ({ s }: { s: Tensor }) => ({ s: tf.add(s, 1) }),
    { resident: ["s"], donated: ["s"] },
  );
  const s = tf.tensor1d([1, 2]);
  const twin = s.clone();
  const next = await f({ s });
  assertEquals([...await readTensor(twin)], [1, 2]);
  assertEquals([...await readTensor(next.s)], [2, 3]);
  await f.dispose();
  tf.dispose([s, twin, next.s]);
});

Deno.test({
  name: "compile() at once by two callers traces once and answers both",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await useEngine("native");
    let calls = 0;
    const f = compile(({ x }: { x: Tensor }) => {
      calls++;
      return { y: tf.square(x) };
    });
    const [x, z] = [tf.tensor1d([2]), tf.tensor1d([3])];
    const results = await Promise.all([f({ x }), f({ x: z })]);
    assertEquals(await Promise.all(results.map(async ({ y }) => (await readTensor(y))[0])), [4, 9]);
    assertEquals(calls, 1);
    await f.dispose();
    tf.dispose([x, z, results.map(({ y }) => y)]);
  },
});
