import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { compile, type Tensor, tf, TraceError } from "../../../engine/mod.ts";
import { type Graph, sortedNodes } from "../../../engine/native/graph.ts";
import { trace, type TraceScope } from "../../../engine/native/trace.ts";
import { testOn } from "../../engines.ts";

type Traced = (scope: TraceScope) => Readonly<Record<string, Tensor>>;

/** The graph of a function of x [2, 3] and y [2, 3]. */
function graphOf(f: (x: Tensor, y: Tensor) => Tensor): Graph {
  const shape = [2, 3];
  const traced: Traced = ({ inputs: { x, y } }) => ({ out: f(x!, y!) });
  return trace(traced, { x: { shape }, y: { shape } }).graph;
}

/** Operators in the order in which they run. */
function operators(f: (x: Tensor, y: Tensor) => Tensor): string[] {
  return sortedNodes(graphOf(f)).map(({ op }) => op);
}

testOn("cpu", "trace() records what is needed and drops the rest", () => {
  const ops = operators((x, y) => {
    tf.exp(y);
    return tf.add(tf.sin(x), y);
  });
  assertEquals(ops, ["Sin", "Add"]);
});

testOn("cpu", "trace() shares repeated subexpressions", () => {
  assertEquals(operators((x, y) => tf.mul(tf.add(x, y), tf.sin(tf.add(x, y)))), [
    "Add",
    "Sin",
    "Mul",
  ]);
});

testOn("cpu", "trace() drops identities, casts, reshapes and transposes that do nothing", () => {
  const ops = operators((x) => {
    const same = tf.cast(tf.clone(x), "float32").reshape([3, 2]).reshape([2, 3]);
    return tf.sin(tf.transpose(tf.transpose(same)));
  });
  assertEquals(ops, ["Sin"]);
});

testOn("cpu", "trace() drops products with ones and sums with zeros", () => {
  assertEquals(
    operators((x) => tf.add(tf.mul(tf.sin(x), tf.ones([2, 3])), tf.zeros([2, 3]))),
    ["Sin"],
  );
});

testOn("cpu", "trace() folds what is constant", () => {
  const graph = graphOf((x) => tf.add(x, tf.exp(tf.mul(tf.tensor2d([[1], [2]]), 3))));
  const [add, ...others] = sortedNodes(graph);
  assertEquals([add!.op, others.length], ["Add", 0]);
  const { source } = add!.inputs[1]!;
  assert(source.kind === "constant");
  assertEquals([...source.data].map(Number), [...Float32Array.of(Math.exp(3), Math.exp(6))]);
});

testOn("cpu", "trace() shares equal large constants", () => {
  const values = Float32Array.from({ length: 6000 }, (_, i) => i);
  const { graph } = trace(({ inputs: { x } }) => ({
    out: tf.add(tf.mul(x!, tf.tensor1d(values)), tf.tensor1d(values.slice())),
  }), { x: { shape: [6000] } });
  const [mul, add] = sortedNodes(graph);
  assert(mul!.inputs[1] === add!.inputs[1]);
});

testOn("cpu", "trace() of a read names the line of code", () => {
  const error = assertThrows(
    () => graphOf((x) => tf.scalar(x.dataSync()[0]!)),
    TraceError,
    "Cannot trace a read of a tensor's values",
  );
  assertMatch(error.message, /trace_test\.ts:\d+/);
});

testOn("cpu", "trace() of a tensor from outside names the op, the shape and the place", () => {
  const weight = tf.ones([3, 3]);
  const error = assertThrows(() => graphOf((x) => tf.matMul(x, weight)), TraceError);
  assertMatch(error.message, /BatchMatMul at .*trace_test\.ts:\d+.*shape \[3,3\] from outside/);
  weight.dispose();
});

for (
  const [name, draw] of Object.entries({
    randomNormal: () => tf.randomNormal([2, 3]),
    "randomNormal with a seed": () => tf.randomNormal([2, 3], 0, 1, "float32", 7),
    randomUniform: () => tf.randomUniform([2, 3]),
    truncatedNormal: () => tf.truncatedNormal([2, 3]),
    "Math.random": () => tf.fill([2, 3], Math.random()),
  })
) {
  testOn("cpu", `trace() of ${name} is an error: its values would become constants`, () => {
    const error = assertThrows(() => graphOf((x) => tf.add(x, draw())), TraceError, "constant");
    assertMatch(error.message, /trace_test\.ts:\d+/);
  });
}

testOn("cpu", "trace() of a kernel without a form names it, the place and what to do", () => {
  const error = assertThrows(() => graphOf((x) => tf.topk(x, 1).values), TraceError);
  assertMatch(error.message, /Cannot trace TopK at .*trace_test\.ts:\d+.*engine wasm/);
});

testOn("cpu", "trace() that fails leaves engine, tensors and Math.random as they were", () => {
  const before = tf.memory().numTensors;
  assertThrows(() => graphOf((x) => tf.topk(x, 1).values), TraceError);
  assertEquals([tf.getBackend(), tf.memory().numTensors], ["cpu", before]);
  assert(Math.random() < 1);
  assertEquals(operators((x) => tf.sin(x)), ["Sin"]);
});

testOn("cpu", "trace() makes random numbers inputs, one per name", () => {
  const { graph, random } = trace(({ inputs: { x }, random }) => ({
    out: tf.add(tf.mul(x!, random("a", [2])), tf.add(random("b", [2]), random("a", [2]))),
  }), { x: { shape: [2] } });
  assertEquals(random.map(({ name, shape }) => [name, ...shape]), [["a", 2], ["b", 2]]);
  assertEquals(Object.keys(graph.inputs), ["x", "random.a", "random.b"]);
});

testOn("cpu", "trace() follows gradients", () => {
  const { graph } = trace(({ inputs: { x, w } }) => {
    const [gradient] = tf.grads((v: Tensor) => tf.sum(tf.square(tf.matMul(x!, v))))([w!]);
    return { gradient: gradient! };
  }, { x: { shape: [4, 3] }, w: { shape: [3, 2] } });
  assertEquals(graph.outputs.gradient!.shape, [3, 2]);
});

testOn("native", "a compiled function that reads a tensor from outside is an error", async () => {
  const outside = tf.ones([2]);
  const f = compile(({ x }: { x: Tensor }) => ({ y: tf.mul(x, outside.dataSync()[0]!) }));
  const x = tf.ones([2]);
  await assertRejects(() => f({ x }), TraceError, "would become constants");
  tf.dispose([outside, x]);
});
