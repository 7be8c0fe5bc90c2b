/**
 * What each kernel of TensorFlow.js is in ONNX.
 *
 * Longer than other files because it is one table, which is read beside that of TensorFlow.js.
 *
 * @module
 */

import { tf } from "../tfjs.ts";
import type { GraphBuilder } from "./graph_builder.ts";
import { broadcastShape, type ElementType, float, sizeOf, uniformOf, type Value } from "./graph.ts";

/** What a kernel is given while it is traced. */
export interface KernelCall {
  readonly builder: GraphBuilder;
  /** In the order in which TensorFlow.js names them. */
  readonly inputs: readonly Value[];
  readonly named: Readonly<Record<string, Value>>;
  // deno-lint-ignore no-explicit-any -- every kernel has attributes of its own.
  readonly attrs: any;
}

/** A kernel in ONNX. */
export type TracedKernel = (call: KernelCall) => Value | readonly Value[];

/** Raised where a kernel cannot be expressed; the tracer adds its name and place. */
export class UnmappedError extends Error {
  override readonly name = "UnmappedError";
}

const unary = (op: string): TracedKernel => ({ builder, inputs: [x] }) => builder.unary(op, x!);
const binary = (op: string): TracedKernel => ({ builder, named: { a, b } }) =>
  builder.binary(op, a!, b!);

/** A reduction; TensorFlow.js calls the axes `axis` or `reductionIndices`. */
const reduction = (op: string): TracedKernel => ({ builder, inputs: [x], attrs }) => {
  const axes = tf.util.parseAxisParam(attrs.axis ?? attrs.reductionIndices, [...x!.shape]);
  const numbers = x!.type === "bool" ? builder.cast(x!, "int32") : x!;
  return builder.reduce(op, numbers, axes.toSorted((a, b) => a - b), Boolean(attrs.keepDims));
};

/** As in TensorFlow.js: ½x is exact, so the root of a square is not a power. */
const POWERS: Readonly<Record<number, (builder: GraphBuilder, x: Value) => Value>> = {
  0.5: (b, x) => b.unary("Sqrt", x),
  1: (_, x) => x,
  1.5: (b, x) => b.binary("Mul", x, b.unary("Sqrt", x)),
  2: (b, x) => b.binary("Mul", x, x),
  3: (b, x) => b.binary("Mul", b.binary("Mul", x, x), x),
};

function power({ builder, named }: KernelCall): Value {
  const [a, b] = [named.a!, named.b!];
  const exponent = uniformOf(b);
  const known = exponent === undefined ? undefined : POWERS[exponent];
  if (known !== undefined && a.type === "float32") {
    return builder.expand(known(builder, a), broadcastShape(a.shape, b.shape));
  }
  return builder.binary("Pow", a, b);
}

function matMul(
  builder: GraphBuilder,
  [a, b]: readonly [Value, Value],
  [transposeA, transposeB]: readonly [boolean, boolean],
): Value {
  const left = transposeA ? builder.swapLast(a) : a;
  const right = transposeB ? builder.swapLast(b) : b;
  const batch = (x: Value) => sizeOf(x.shape.slice(0, -2));
  const product = batch(right) === 1
    ? builder.matMul(left, builder.reshape(right, right.shape.slice(-2)))
    : builder.one("MatMul", [left, right], [
      ...broadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2)),
      left.shape.at(-2)!,
      right.shape.at(-1)!,
    ]);
  const rank = Math.max(a.shape.length, b.shape.length);
  const missing = Array<number>(rank - product.shape.length).fill(1);
  return builder.reshape(product, [...missing, ...product.shape]);
}

function select({ builder, inputs: [condition, t, e] }: KernelCall): Value {
  const rank = t!.shape.length;
  const missing = Array<number>(rank - condition!.shape.length).fill(1);
  const aligned = condition!.shape.length === 1 && rank > 1
    ? builder.reshape(condition!, [...condition!.shape, ...missing])
    : condition!;
  return builder.one("Where", [aligned, t, e], t!.shape, { type: t!.type });
}

function gather({ builder, named, attrs }: KernelCall): Value {
  if ((attrs.batchDims ?? 0) !== 0) {
    throw new UnmappedError("batch axes in a gather are not mapped");
  }
  const [axis] = tf.util.parseAxisParam(attrs.axis, [...named.x!.shape]) as [number];
  return builder.gather(named.x!, named.indices!, axis);
}

function segmentSum({ builder, named, attrs }: KernelCall): Value {
  const [x, ids] = [named.x!, named.segmentIds!];
  if (ids.shape.length !== 1) throw new UnmappedError("segment numbers must be a vector");
  const shape = [attrs.numSegments as number, ...x.shape.slice(1)];
  const places = builder.cast(builder.reshape(ids, [ids.shape[0]!, 1]), "int64");
  const zeros = builder.uniform(0, shape, x.type);
  return builder.one("ScatterND", [zeros, places, x], shape, {
    attributes: { reduction: "add" },
    type: x.type,
  });
}

function pad({ builder, inputs: [x], attrs }: KernelCall): Value {
  const pads = attrs.paddings as readonly (readonly [number, number])[];
  const shape = x!.shape.map((n, i) => n + pads[i]![0] + pads[i]![1]);
  const all = builder.integers([
    ...pads.map(([before]) => before),
    ...pads.map(([, after]) => after),
  ]);
  const fill = builder.uniform(attrs.constantValue ?? 0, [], x!.type);
  return builder.one("Pad", [x, all, fill], shape, { type: x!.type });
}

function tile({ builder, inputs: [x], attrs }: KernelCall): Value {
  const reps = attrs.reps as readonly number[];
  const shape = x!.shape.map((n, i) => n * reps[i]!);
  if (x!.shape.every((n, i) => n === 1 || reps[i] === 1)) return builder.expand(x!, shape);
  return builder.one("Tile", [x, builder.integers(reps)], shape, { type: x!.type });
}

function stridedSlice({ builder, inputs: [x], attrs }: KernelCall): Value {
  const info = tf.slice_util.sliceInfo(
    [...x!.shape],
    attrs.begin,
    attrs.end,
    attrs.strides,
    attrs.beginMask,
    attrs.endMask,
    attrs.ellipsisMask,
    attrs.newAxisMask,
    attrs.shrinkAxisMask,
  );
  const { begin, end, strides } = info;
  const sizes = tf.slice_util.computeOutShape(begin, end, strides);
  const axes = begin.map((_, i) => i);
  const inputs = [begin, end, axes, strides].map((list) => builder.integers(list));
  const sliced = builder.one("Slice", [x, ...inputs], sizes, { type: x!.type });
  return builder.reshape(sliced, info.finalShape);
}

function softmax({ builder, inputs: [x], attrs }: KernelCall): Value {
  const [axis] = tf.util.parseAxisParam(attrs.dim, [...x!.shape]) as [number];
  return builder.one("Softmax", [x], x!.shape, { attributes: { axis } });
}

function clip({ builder, inputs: [x], attrs }: KernelCall): Value {
  const bounds = [attrs.clipValueMin, attrs.clipValueMax].map((v) =>
    builder.uniform(v, [], x!.type)
  );
  return builder.one("Clip", [x, ...bounds], x!.shape, { type: x!.type });
}

const comparison = (op: string, negate = false): TracedKernel => ({ builder, named: { a, b } }) => {
  const found = builder.binary(op, a!, b!);
  return negate ? builder.unary("Not", found) : found;
};

function argExtreme(op: string): TracedKernel {
  return ({ builder, inputs: [x], attrs }) => {
    const [axis] = tf.util.parseAxisParam(attrs.axis, [...x!.shape]) as [number];
    const shape = x!.shape.filter((_, i) => i !== axis);
    const found = builder.one(op, [x], shape, { attributes: { axis, keepdims: 0 }, type: "int64" });
    return builder.cast(found, "int32");
  };
}

function cumulative({ builder, inputs: [x], attrs }: KernelCall): Value {
  const attributes = { exclusive: Number(attrs.exclusive), reverse: Number(attrs.reverse) };
  const axis = builder.constant(BigInt64Array.of(BigInt(attrs.axis)), [], "int64");
  return builder.one("CumSum", [x, axis], x!.shape, { attributes, type: x!.type });
}

function reverse({ builder, inputs: [x], attrs }: KernelCall): Value {
  const axes = tf.util.parseAxisParam(attrs.dims, [...x!.shape]);
  return axes.reduce((value, axis) => {
    const size = value.shape[axis]!;
    const backwards = Int32Array.from({ length: size }, (_, i) => size - 1 - i);
    return builder.gather(value, builder.constant(backwards, [size], "int32"), axis);
  }, x!);
}

/** NHWC convolution with stride, dilation and padding as TensorFlow.js counts them. */
function convolution(
  { builder, inputs: [x, filter], attrs }: KernelCall,
  { depthwise = false, bias, activation }: {
    readonly depthwise?: boolean;
    readonly bias?: Value | undefined;
    /** Of the result before its axes are put back, so that it stays next to the convolution. */
    readonly activation?: ((x: Value) => Value) | undefined;
  } = {},
): Value {
  const info = tf.backend_util.computeConv2DInfo(
    x!.shape as [number, number, number, number],
    filter!.shape as [number, number, number, number],
    attrs.strides,
    attrs.dilations,
    attrs.pad,
    attrs.dimRoundingMode,
    depthwise,
    "channelsLast",
  );
  if ((attrs.dataFormat ?? "NHWC") !== "NHWC") throw new UnmappedError("only NHWC is mapped");
  const { top, bottom, left, right } = info.padInfo;
  const [kh, kw, inputs, outputs] = filter!.shape as [number, number, number, number];
  const weights = depthwise
    ? builder.reshape(builder.transpose(filter!, [2, 3, 0, 1]), [inputs * outputs, 1, kh, kw])
    : builder.transpose(filter!, [3, 2, 0, 1]);
  const channelsFirst = builder.transpose(x!, [0, 3, 1, 2]);
  const shape = [info.batchSize, info.outChannels, info.outHeight, info.outWidth];
  const operands = [channelsFirst, weights, ...(bias === undefined ? [] : [bias])];
  const result = builder.one("Conv", operands, shape, {
    attributes: {
      ["kernel_shape"]: [kh, kw],
      strides: [info.strideHeight, info.strideWidth],
      dilations: [info.dilationHeight, info.dilationWidth],
      pads: [top, left, bottom, right],
      group: depthwise ? inputs : 1,
    },
  });
  return builder.transpose(activation?.(result) ?? result, [0, 2, 3, 1]);
}

/** A convolution with a bias per channel and a ReLU behind it. */
function fusedConvolution(call: KernelCall): Value {
  const { builder, attrs, named: { bias, preluActivationWeights } } = call;
  const kind: string = attrs.activation ?? "linear";
  if (preluActivationWeights !== undefined || !["linear", "relu"].includes(kind)) {
    throw new UnmappedError(`the activation ${kind} behind a convolution is not mapped`);
  }
  if (bias !== undefined && bias.shape.length !== 1) {
    throw new UnmappedError(`the bias of a convolution must be a vector, got [${bias.shape}]`);
  }
  const activation = kind === "relu" ? (x: Value) => builder.unary("Relu", x) : undefined;
  return convolution(call, { bias, activation });
}

/** NHWC maximum over windows, padded as TensorFlow.js counts. */
function maxPool({ builder, inputs: [x], attrs }: KernelCall): Value {
  const info = tf.backend_util.computePool2DInfo(
    x!.shape as [number, number, number, number],
    attrs.filterSize,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  const { top, bottom, left, right } = info.padInfo;
  const channelsFirst = builder.transpose(x!, [0, 3, 1, 2]);
  const shape = [info.batchSize, info.outChannels, info.outHeight, info.outWidth];
  const result = builder.one("MaxPool", [channelsFirst], shape, {
    attributes: {
      ["kernel_shape"]: [info.filterHeight, info.filterWidth],
      strides: [info.strideHeight, info.strideWidth],
      pads: [top, left, bottom, right],
    },
  });
  return builder.transpose(result, [0, 2, 3, 1]);
}

/** The kernels of TensorFlow.js that can be traced. */
export const TFJS_KERNELS: Readonly<Record<string, TracedKernel>> = {
  // Elementwise, one operand
  Abs: unary("Abs"),
  Acos: unary("Acos"),
  Asin: unary("Asin"),
  Atan: unary("Atan"),
  Ceil: unary("Ceil"),
  Cos: unary("Cos"),
  Cosh: unary("Cosh"),
  Elu: unary("Elu"),
  EluGrad: ({ builder, named: { dy, y } }) => {
    const positive = builder.binary("GreaterOrEqual", y!, builder.uniform(0));
    const slope = builder.binary("Add", y!, builder.uniform(1));
    return builder.one("Where", [positive, dy, builder.binary("Mul", dy!, slope)], y!.shape);
  },
  Erf: unary("Erf"),
  Exp: unary("Exp"),
  Expm1: ({ builder, inputs: [x] }) =>
    builder.binary("Sub", builder.unary("Exp", x!), builder.uniform(1)),
  Floor: unary("Floor"),
  Log: unary("Log"),
  Log1p: ({ builder, inputs: [x] }) =>
    builder.unary("Log", builder.binary("Add", x!, builder.uniform(1))),
  LogicalNot: unary("Not"),
  Neg: unary("Neg"),
  Reciprocal: unary("Reciprocal"),
  Relu: unary("Relu"),
  Relu6: ({ builder, inputs: [x] }) =>
    builder.one("Clip", [x, builder.uniform(0), builder.uniform(6)], x!.shape),
  Round: unary("Round"),
  Rsqrt: ({ builder, inputs: [x] }) => builder.unary("Reciprocal", builder.unary("Sqrt", x!)),
  Sigmoid: unary("Sigmoid"),
  Sign: unary("Sign"),
  Sin: unary("Sin"),
  Sinh: unary("Sinh"),
  Softplus: unary("Softplus"),
  Sqrt: unary("Sqrt"),
  Square: ({ builder, inputs: [x] }) => builder.binary("Mul", x!, x!),
  Tan: unary("Tan"),
  Tanh: unary("Tanh"),
  IsNan: ({ builder, inputs: [x] }) => builder.one("IsNaN", [x], x!.shape, { type: "bool" }),
  LeakyRelu: ({ builder, inputs: [x], attrs }) =>
    builder.one("LeakyRelu", [x], x!.shape, { attributes: { alpha: float(attrs.alpha) } }),
  Step: ({ builder, inputs: [x], attrs }) => {
    const positive = builder.binary("Greater", x!, builder.uniform(0));
    const low = builder.uniform(attrs.alpha ?? 0);
    return builder.one("Where", [positive, builder.uniform(1), low], x!.shape);
  },
  ClipByValue: clip,
  Cast: ({ builder, inputs: [x], attrs }) => builder.cast(x!, attrs.dtype as ElementType),

  // Elementwise, two operands
  Add: binary("Add"),
  Sub: binary("Sub"),
  Multiply: binary("Mul"),
  RealDiv: binary("Div"),
  Maximum: binary("Max"),
  Minimum: binary("Min"),
  Pow: power,
  Prelu: ({ builder, inputs: [x, alpha] }) => builder.binary("PRelu", x!, alpha!),
  FloorDiv: ({ builder, named: { a, b } }) => builder.unary("Floor", builder.binary("Div", a!, b!)),
  SquaredDifference: ({ builder, named: { a, b } }) => {
    const difference = builder.binary("Sub", a!, b!);
    return builder.binary("Mul", difference, difference);
  },
  Equal: comparison("Equal"),
  NotEqual: comparison("Equal", true),
  Greater: comparison("Greater"),
  GreaterEqual: comparison("GreaterOrEqual"),
  Less: comparison("Less"),
  LessEqual: comparison("LessOrEqual"),
  LogicalAnd: comparison("And"),
  LogicalOr: comparison("Or"),
  Select: select,
  AddN: ({ builder, inputs }) => inputs.reduce((sum, x) => builder.binary("Add", sum, x)),

  // Reductions
  Sum: reduction("ReduceSum"),
  Mean: reduction("ReduceMean"),
  Max: reduction("ReduceMax"),
  Min: reduction("ReduceMin"),
  Prod: reduction("ReduceProd"),
  ArgMax: argExtreme("ArgMax"),
  ArgMin: argExtreme("ArgMin"),
  Cumsum: cumulative,
  Softmax: softmax,

  // Products
  BatchMatMul: ({ builder, named: { a, b }, attrs }) =>
    matMul(builder, [a!, b!], [Boolean(attrs.transposeA), Boolean(attrs.transposeB)]),
  Conv2D: (call) => convolution(call),
  DepthwiseConv2dNative: (call) => convolution(call, { depthwise: true }),
  FusedConv2D: fusedConvolution,
  MaxPool: maxPool,

  // Shapes
  Identity: ({ inputs: [x] }) => x!,
  Reshape: ({ builder, inputs: [x], attrs }) =>
    builder.reshape(x!, tf.util.inferFromImplicitShape(attrs.shape, sizeOf(x!.shape))),
  ExpandDims: ({ builder, inputs: [x], attrs }) => {
    const rank = x!.shape.length;
    const at = attrs.dim < 0 ? rank + 1 + attrs.dim : attrs.dim;
    return builder.reshape(x!, x!.shape.toSpliced(at, 0, 1));
  },
  Transpose: ({ builder, inputs: [x], attrs }) => builder.transpose(x!, attrs.perm),
  Concat: ({ builder, inputs, attrs }) => {
    const [axis] = tf.util.parseAxisParam(attrs.axis, [...inputs[0]!.shape]) as [number];
    return builder.concat(inputs, axis);
  },
  SplitV: ({ builder, inputs: [x], attrs }) => {
    const [axis] = tf.util.parseAxisParam(attrs.axis, [...x!.shape]) as [number];
    const like = { shape: [...x!.shape] } as Parameters<typeof tf.backend_util.prepareSplitSize>[0];
    const sizes = tf.backend_util.prepareSplitSize(like, attrs.numOrSizeSplits, axis);
    return builder.split(x!, sizes, axis);
  },
  Slice: ({ builder, inputs: [x], attrs }) => {
    const like = { shape: [...x!.shape], rank: x!.shape.length };
    const [begin, size] = tf.slice_util.parseSliceParams(like as never, attrs.begin, attrs.size);
    return builder.slice(x!, begin!, size!);
  },
  StridedSlice: stridedSlice,
  Pack: ({ builder, inputs, attrs }) => {
    const parts = inputs.map((x) => builder.reshape(x, x.shape.toSpliced(attrs.axis, 0, 1)));
    return builder.concat(parts, attrs.axis);
  },
  Unpack: ({ builder, inputs: [x], attrs }) => {
    const [axis] = tf.util.parseAxisParam(attrs.axis, [...x!.shape]) as [number];
    const parts = builder.split(x!, Array<number>(x!.shape[axis]!).fill(1), axis);
    return parts.map((part) => builder.reshape(part, part.shape.toSpliced(axis, 1)));
  },
  Tile: tile,
  PadV2: pad,
  Reverse: reverse,
  GatherV2: gather,
  UnsortedSegmentSum: segmentSum,
  Fill: ({ builder, attrs }) =>
    builder.uniform(Number(attrs.value), attrs.shape, (attrs.dtype ?? "float32") as ElementType),
  ZerosLike: ({ builder, inputs: [x] }) => builder.uniform(0, x!.shape, x!.type),
  OnesLike: ({ builder, inputs: [x] }) => builder.uniform(1, x!.shape, x!.type),
};
