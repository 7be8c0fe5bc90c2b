import { assertEquals } from "@std/assert";
import { readTensor, type Tensor, tf } from "../../../engine/mod.ts";
import { TFJS_KERNELS } from "../../../engine/native/kernels/tfjs.ts";
import { assertClose, elements, normals, switchEngine, testOn } from "../../engines.ts";
import { run } from "../../run.ts";

/** Float32 on both sides; error functions of the engines differ by 1.5e-7. */
const ROUNDING = 2e-6;

/** One op of one to three tensors. */
interface Case {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly f: (...x: Tensor[]) => Tensor;
  /** Keeps inputs where the op is defined. */
  readonly range?: (value: number) => number;
  /** Whether it has a gradient. Default true. */
  readonly differentiable?: boolean;
}

const unary = (
  name: keyof typeof tf & string,
  options: Omit<Case, "name" | "shapes" | "f"> = {},
): Case => ({
  name,
  shapes: [[2, 3, 4]],
  f: (x) => (tf[name] as (x: Tensor) => Tensor)(x!),
  ...options,
});

const above = (value: number) => Math.abs(value) + 0.1;
const inside = (value: number) => Math.tanh(value) * 0.9;
const pair = [[2, 3, 4], [3, 1]] as const;
const fixed = { differentiable: false } as const;
const float = (x: Tensor) => tf.mul(tf.cast(x, "float32"), 1);

const CASES: readonly Case[] = [
  ...(["abs", "cos", "cosh", "elu", "erf", "exp", "expm1", "neg", "relu", "relu6"] as const)
    .map((name) => unary(name)),
  ...(["sigmoid", "sin", "sinh", "softplus", "square", "tanh", "atan", "tan"] as const)
    .map((name) => unary(name)),
  ...(["log", "log1p", "reciprocal", "rsqrt", "sqrt"] as const)
    .map((name) => unary(name, { range: above })),
  ...(["acos", "asin"] as const).map((name) => unary(name, { range: inside })),
  ...(["ceil", "floor", "round", "sign", "step"] as const).map((name) => unary(name, fixed)),
  { name: "leakyRelu", shapes: [[3, 4]], f: (x) => tf.leakyRelu(x!, 0.3) },
  { name: "clipByValue", shapes: [[3, 4]], f: (x) => tf.clipByValue(x!, -0.5, 0.6) },
  { name: "isNaN", shapes: [[3]], f: (x) => float(tf.isNaN(tf.log(x!))), ...fixed },
  { name: "add", shapes: pair, f: (a, b) => tf.add(a!, b!) },
  { name: "sub", shapes: pair, f: (a, b) => tf.sub(a!, b!) },
  { name: "mul", shapes: pair, f: (a, b) => tf.mul(a!, b!) },
  { name: "div", shapes: pair, f: (a, b) => tf.div(a!, b!), range: above },
  { name: "floorDiv", shapes: pair, f: (a, b) => tf.floorDiv(a!, b!), range: above, ...fixed },
  { name: "pow", shapes: pair, f: (a, b) => tf.pow(a!, b!), range: above },
  ...[0.5, 1, 1.5, 2, 3, 2.5].map((exponent): Case => ({
    name: `pow ${exponent}`,
    shapes: [[2, 3]],
    f: (x) => tf.pow(x!, tf.scalar(exponent)),
    range: above,
  })),
  { name: "prelu", shapes: [[2, 3], [3]], f: (x, a) => tf.prelu(x!, a!) },
  { name: "maximum", shapes: [[2, 3], [2, 3]], f: (a, b) => tf.maximum(a!, b!) },
  { name: "minimum", shapes: [[2, 3], [2, 3]], f: (a, b) => tf.minimum(a!, b!) },
  {
    name: "squaredDifference",
    shapes: [[2, 3], [2, 3]],
    f: (a, b) => tf.squaredDifference(a!, b!),
  },
  { name: "addN", shapes: [[2, 3], [2, 3]], f: (a, b) => tf.addN([a!, b!, a!]) },
  ...(["equal", "notEqual", "greater", "greaterEqual", "less", "lessEqual"] as const)
    .map((name): Case => ({
      name,
      shapes: pair,
      f: (a, b) => float((tf[name] as typeof tf.equal)(tf.round(a!), tf.round(b!))),
      ...fixed,
    })),
  {
    name: "logicalAnd, logicalOr, logicalNot",
    shapes: [[2, 3], [2, 3]],
    f: (a, b) => {
      const [p, q] = [tf.greater(a!, 0), tf.greater(b!, 0)];
      const both = tf.logicalOr(tf.logicalAnd(p, q), tf.logicalNot(p));
      return float(both);
    },
    ...fixed,
  },
  {
    name: "where",
    shapes: [[2, 3], [2, 3]],
    f: (a, b) => tf.where(tf.greaterEqual(tf.tensor2d([[1, -1, 1], [-1, 1, 1]]), 0), a!, b!),
  },
  ...(["sum", "mean", "max", "min"] as const).flatMap((name): Case[] =>
    [undefined, 1, [0, -1]].map((axis) => ({
      name: `${name} over ${axis ?? "all"}`,
      shapes: [[2, 3, 4]],
      f: (x) => (tf[name] as typeof tf.sum)(x!, axis as number, axis === 1),
    }))
  ),
  { name: "prod", shapes: [[2, 3]], f: (x) => tf.prod(x!, 1), ...fixed },
  { name: "argMax", shapes: [[2, 5]], f: (x) => float(tf.argMax(x!, 1)), ...fixed },
  { name: "argMin", shapes: [[2, 5]], f: (x) => float(tf.argMin(x!, 0)), ...fixed },
  { name: "cumsum", shapes: [[2, 5]], f: (x) => tf.cumsum(x!, 1, true, true) },
  { name: "softmax", shapes: [[2, 3, 5]], f: (x) => tf.softmax(x!) },
  { name: "logSoftmax", shapes: [[2, 5]], f: (x) => tf.logSoftmax(x!) },
  ...[[false, false], [true, false], [false, true], [true, true]].map(([ta, tb]): Case => ({
    name: `matMul ${ta} ${tb}`,
    shapes: [ta ? [4, 3] : [3, 4], tb ? [5, 4] : [4, 5]],
    f: (a, b) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, ta, tb),
  })),
  { name: "matMul in batches", shapes: [[2, 3, 4], [2, 4, 5]], f: (a, b) => tf.matMul(a!, b!) },
  {
    name: "matMul with one batch of one",
    shapes: [[1, 3, 4], [2, 4, 5]],
    f: (a, b) => tf.matMul(a!, b!),
    ...fixed,
  },
  { name: "reshape", shapes: [[2, 6]], f: (x) => x!.reshape([3, -1]) },
  { name: "expandDims", shapes: [[2, 3]], f: (x) => tf.expandDims(x!, -1) },
  { name: "transpose", shapes: [[2, 3, 4, 5]], f: (x) => tf.transpose(x!, [2, 0, 3, 1]) },
  { name: "concat", shapes: [[2, 3], [2, 5]], f: (a, b) => tf.concat([a!, b!], -1) },
  {
    name: "split",
    shapes: [[2, 6]],
    f: (x) => {
      const [a, b] = tf.split(x!, [2, 4], 1) as [Tensor, Tensor];
      return tf.concat([b, a], 1);
    },
  },
  { name: "slice", shapes: [[4, 5]], f: (x) => tf.slice(x!, [1, 2], [2, -1]) },
  {
    name: "stridedSlice",
    shapes: [[4, 7]],
    f: (x) => tf.stridedSlice(x!, [0, 6], [4, 0], [2, -2]),
    ...fixed,
  },
  { name: "stack", shapes: [[2, 3], [2, 3]], f: (a, b) => tf.stack([a!, b!], 1) },
  {
    name: "unstack",
    shapes: [[2, 3]],
    f: (x) => tf.mul(tf.unstack(x!, 1)[2]!, 2),
  },
  { name: "tile", shapes: [[2, 3]], f: (x) => tf.tile(x!, [2, 2]) },
  { name: "tile of size 1", shapes: [[2, 1]], f: (x) => tf.tile(x!, [1, 4]) },
  { name: "broadcastTo", shapes: [[2, 1]], f: (x) => tf.broadcastTo(x!, [2, 4]) },
  { name: "pad", shapes: [[2, 3]], f: (x) => tf.pad(x!, [[1, 0], [2, 1]], 0.5) },
  { name: "reverse", shapes: [[2, 3, 2]], f: (x) => tf.reverse(x!, [0, 1]) },
  {
    name: "gather",
    shapes: [[5, 3]],
    f: (x) => tf.gather(x!, tf.tensor1d([4, 0, 0], "int32")),
  },
  {
    name: "zerosLike, onesLike",
    shapes: [[2]],
    f: (x) => tf.add(x!, tf.onesLike(tf.zerosLike(x!))),
  },
  { name: "fill", shapes: [[2]], f: (x) => tf.mul(x!, tf.fill([2], 3)) },
  {
    name: "conv2d",
    shapes: [[2, 6, 7, 3], [3, 2, 3, 4]],
    f: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, [2, 1], "same"),
  },
  ...[undefined, "relu" as const].map((activation): Case => ({
    name: `fused conv2d with ${activation ?? "no activation"}`,
    shapes: [[2, 9, 8, 3], [3, 2, 3, 4], [4]],
    f: (x, filter, bias) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: [2, 1],
        // A single number is taken for a square window of one stride by TensorFlow.js.
        pad: [[0, 0], [1, 1], [2, 0], [0, 0]],
        bias: bias!,
        ...(activation !== undefined && { activation }),
      }),
  })),
  {
    name: "two fused conv2d with a maxPool between",
    shapes: [[2, 11, 9, 3], [3, 3, 3, 4], [4], [3, 3, 4, 5], [5]],
    f: (x, filter, bias, second, secondBias) => {
      const layer = (x: Tensor, filter: Tensor, bias: Tensor) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: 1,
          bias,
          activation: "relu",
        });
      const pooled = tf.maxPool(layer(x!, filter!, bias!), 3, 2, "valid");
      return layer(pooled, second!, secondBias!);
    },
    ...fixed,
  },
  // Below 0, so that a padding of zeros would win.
  ...(["valid", "same", 1] as const).map((pad): Case => ({
    name: `maxPool with padding ${pad}`,
    shapes: [[2, 8, 7, 3]],
    f: (x) => tf.maxPool(tf.sub(x!, 9) as tf.Tensor4D, 3, 2, pad),
    ...fixed,
  })),
  {
    name: "depthwiseConv2d",
    shapes: [[1, 5, 6, 3], [3, 3, 3, 2]],
    f: (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "valid"),
  },
];

/** The value of a case and its gradients for sum(out·r). */
async function evaluate({ shapes, f, range = (x) => x, differentiable = true }: Case) {
  const inputs = shapes.map((shape, i) =>
    tf.tensor(normals(elements(shape), i).map(range), [...shape])
  );
  const results = await run(() => {
    const value = f(...inputs);
    if (!differentiable) return [value];
    const r = tf.tensor(normals(value.size, "r"), value.shape);
    return [value, ...tf.grads((...x: Tensor[]) => tf.sum(tf.mul(f(...x), r)))(inputs)];
  });
  const numbers = await Promise.all(results.map(readTensor));
  tf.dispose([inputs, results]);
  return numbers;
}

for (const one of CASES) {
  testOn("native", `${one.name} and its gradients are those of cpu`, async () => {
    const found = await evaluate(one);
    await switchEngine("cpu");
    const wanted = await evaluate(one);
    assertEquals(found.length, wanted.length);
    found.forEach((values, i) => assertClose(values, wanted[i]!, ROUNDING, `tensor ${i}`));
    await switchEngine("native");
  });
}

testOn("native", "every mapped kernel is used by a case", async () => {
  const seen = new Set<string>();
  const engine = tf.engine() as unknown as {
    runKernelFunc(params: { kernelName?: string }): unknown;
  };
  await switchEngine("cpu");
  const { runKernelFunc } = engine;
  engine.runKernelFunc = function (params) {
    if (params.kernelName !== undefined) seen.add(params.kernelName);
    return runKernelFunc.call(this, params);
  };
  try {
    for (const one of CASES) await evaluate(one);
    tf.tidy(() => {
      tf.unsortedSegmentSum(tf.ones([3]), tf.tensor1d([0, 1, 1], "int32"), 2);
    });
  } finally {
    engine.runKernelFunc = runKernelFunc;
  }
  await switchEngine("native");
  assertEquals(Object.keys(TFJS_KERNELS).filter((name) => !seen.has(name)), []);
});
