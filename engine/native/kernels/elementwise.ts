/** Elementwise kernels of TensorFlow.js in ONNX. @module */

import { broadcastShape, type ElementType, float, uniformOf, type Value } from "../graph.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { KernelCall, TracedKernel } from "../kernel.ts";

const unary = (op: string): TracedKernel => ({ builder, inputs: [x] }) => builder.unary(op, x!);
const binary = (op: string): TracedKernel => ({ builder, named: { a, b } }) =>
  builder.binary(op, a!, b!);

/** Powers with forms of their own; the root is exact where a power is not. */
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

function select({ builder, inputs: [condition, t, e] }: KernelCall): Value {
  const rank = t!.shape.length;
  const missing = Array<number>(rank - condition!.shape.length).fill(1);
  const aligned = condition!.shape.length === 1 && rank > 1
    ? builder.reshape(condition!, [...condition!.shape, ...missing])
    : condition!;
  return builder.one("Where", [aligned, t, e], t!.shape, { type: t!.type });
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

/** By the names of TensorFlow.js. */
export const ELEMENTWISE_KERNELS: Readonly<Record<string, TracedKernel>> = {
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
};
