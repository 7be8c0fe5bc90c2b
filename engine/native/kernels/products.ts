/** Matrix products, convolutions and pooling of TensorFlow.js in ONNX. @module */

import { tf } from "../../tfjs.ts";
import { broadcastShape, sizeOf, type Value } from "../graph.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import { type KernelCall, type TracedKernel, UnmappedError } from "../kernel.ts";

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

/** NHWC convolution with the stride, dilation and padding rules of TensorFlow.js. */
function convolution(
  { builder, inputs: [x, filter], attrs }: KernelCall,
  { depthwise = false, bias, activation }: {
    readonly depthwise?: boolean;
    readonly bias?: Value | undefined;
    /** Applied before the axes are restored, so that it stays next to the convolution. */
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

/** A convolution followed by a bias per channel and a ReLU. */
function fusedConvolution(call: KernelCall): Value {
  const { builder, attrs, named: { bias, preluActivationWeights } } = call;
  const kind: string = attrs.activation ?? "linear";
  if (preluActivationWeights !== undefined || !["linear", "relu"].includes(kind)) {
    throw new UnmappedError(`the activation ${kind} after a convolution is not mapped`);
  }
  if (bias !== undefined && bias.shape.length !== 1) {
    throw new UnmappedError(`the bias of a convolution must be a vector, got [${bias.shape}]`);
  }
  const activation = kind === "relu" ? (x: Value) => builder.unary("Relu", x) : undefined;
  return convolution(call, { bias, activation });
}

/** NHWC maximum over windows, with the padding rules of TensorFlow.js. */
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

/** By the names of TensorFlow.js. */
export const PRODUCT_KERNELS: Readonly<Record<string, TracedKernel>> = {
  BatchMatMul: ({ builder, named: { a, b }, attrs }) =>
    matMul(builder, [a!, b!], [Boolean(attrs.transposeA), Boolean(attrs.transposeB)]),
  Conv2D: (call) => convolution(call),
  DepthwiseConv2dNative: (call) => convolution(call, { depthwise: true }),
  FusedConv2D: fusedConvolution,
  MaxPool: maxPool,
};
