/** Reductions of TensorFlow.js in ONNX. @module */

import { tf } from "../../tfjs.ts";
import type { Value } from "../graph.ts";
import type { KernelCall, TracedKernel } from "../kernel.ts";

/** A reduction; TensorFlow.js calls the axes `axis` or `reductionIndices`. */
const reduction = (op: string): TracedKernel => ({ builder, inputs: [x], attrs }) => {
  const axes = tf.util.parseAxisParam(attrs.axis ?? attrs.reductionIndices, [...x!.shape]);
  const numbers = x!.type === "bool" ? builder.cast(x!, "int32") : x!;
  return builder.reduce(op, numbers, axes.toSorted((a, b) => a - b), Boolean(attrs.keepDims));
};

function softmax({ builder, inputs: [x], attrs }: KernelCall): Value {
  const [axis] = tf.util.parseAxisParam(attrs.dim, [...x!.shape]) as [number];
  return builder.one("Softmax", [x], x!.shape, { attributes: { axis } });
}

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

/** By the names of TensorFlow.js. */
export const REDUCTION_KERNELS: Readonly<Record<string, TracedKernel>> = {
  Sum: reduction("ReduceSum"),
  Mean: reduction("ReduceMean"),
  Max: reduction("ReduceMax"),
  Min: reduction("ReduceMin"),
  Prod: reduction("ReduceProd"),
  ArgMax: argExtreme("ArgMax"),
  ArgMin: argExtreme("ArgMin"),
  Cumsum: cumulative,
  Softmax: softmax,
};
