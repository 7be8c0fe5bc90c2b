/** Convolutions and pooling of TensorFlow.js in ONNX, with the gradients of convolutions. @module */

import { tf } from "../../tfjs.ts";
import type { Value } from "../graph.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import { type KernelCall, type TracedKernel, UnmappedError } from "../kernel.ts";

/** NCHW from NHWC. */
const CHANNELS_FIRST = [0, 3, 1, 2] as const;
/** NHWC from NCHW. */
const CHANNELS_LAST = [0, 2, 3, 1] as const;

type Shape4D = [number, number, number, number];

/** Sizes, strides, dilations and padding of a convolution by the rules of TensorFlow.js. */
function windows(
  { strides, dilations = 1, pad, dimRoundingMode, dataFormat = "NHWC" }: KernelCall["attrs"],
  { x, filter, depthwise }: {
    readonly x: readonly number[];
    readonly filter: readonly number[];
    readonly depthwise: boolean;
  },
) {
  if (dataFormat !== "NHWC") throw new UnmappedError("only NHWC is mapped");
  return tf.backend_util.computeConv2DInfo(
    x as Shape4D,
    filter as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
    "channelsLast",
  );
}

/** Edges of a convolution's input. */
interface Edges {
  /** Rows and columns of padding: above, left, below, right. */
  readonly pads: readonly number[];
  /** Rows and columns below and right that no window reaches, padding included. */
  readonly unreached: readonly [number, number];
}

function edges(info: ReturnType<typeof windows>): Edges {
  const { top, bottom, left, right } = info.padInfo;
  const rows = info.inHeight + top + bottom - info.strideHeight * (info.outHeight - 1) -
    info.effectiveFilterHeight;
  const columns = info.inWidth + left + right - info.strideWidth * (info.outWidth - 1) -
    info.effectiveFilterWidth;
  // With the rounding mode "ceil" the last window may reach beyond the padding.
  return {
    pads: [top, left, bottom + Math.max(-rows, 0), right + Math.max(-columns, 0)],
    unreached: [Math.max(rows, 0), Math.max(columns, 0)],
  };
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
  const info = windows(attrs, { x: x!.shape, filter: filter!.shape, depthwise });
  const [kh, kw, inputs, outputs] = filter!.shape as Shape4D;
  const weights = depthwise
    ? builder.reshape(builder.transpose(filter!, [2, 3, 0, 1]), [inputs * outputs, 1, kh, kw])
    : builder.transpose(filter!, [3, 2, 0, 1]);
  const channelsFirst = builder.transpose(x!, CHANNELS_FIRST);
  const shape = [info.batchSize, info.outChannels, info.outHeight, info.outWidth];
  const operands = [channelsFirst, weights, ...(bias === undefined ? [] : [bias])];
  const result = builder.one("Conv", operands, shape, {
    attributes: {
      ["kernel_shape"]: [kh, kw],
      strides: [info.strideHeight, info.strideWidth],
      dilations: [info.dilationHeight, info.dilationWidth],
      pads: edges(info).pads,
      group: depthwise ? inputs : 1,
    },
  });
  return builder.transpose(activation?.(result) ?? result, CHANNELS_LAST);
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

/** TensorFlow.js has no gradients of dilated convolutions, and some of its ops leave the rate out. */
function undilated(attrs: KernelCall["attrs"]): KernelCall["attrs"] {
  const { dilations = 1 } = attrs;
  if ([dilations].flat().some((rate) => rate !== 1)) {
    throw new UnmappedError(`dilations of a gradient must be 1, got ${dilations}`);
  }
  return { ...attrs, dilations: 1 };
}

/**
 * Gradient of a convolution by its input, which is also the transposed convolution: each value of dy
 * adds a scaled filter to its window.
 */
function inputGradient(
  { builder, named: { dy, filter }, attrs }: KernelCall,
  { depthwise = false }: { readonly depthwise?: boolean } = {},
): Value {
  const shape: Shape4D = attrs.inputShape;
  const info = windows(undilated(attrs), { x: shape, filter: filter!.shape, depthwise });
  const [kh, kw, inputs, outputs] = filter!.shape as Shape4D;
  const weights = depthwise
    ? builder.reshape(builder.transpose(filter!, [2, 3, 0, 1]), [inputs * outputs, 1, kh, kw])
    : builder.transpose(filter!, [3, 2, 0, 1]);
  const { pads, unreached } = edges(info);
  const result = builder.one(
    "ConvTranspose",
    [builder.transpose(dy!, CHANNELS_FIRST), weights],
    [info.batchSize, info.inChannels, info.inHeight, info.inWidth],
    {
      attributes: {
        ["kernel_shape"]: [kh, kw],
        strides: [info.strideHeight, info.strideWidth],
        pads,
        ["output_padding"]: unreached,
        group: depthwise ? inputs : 1,
      },
    },
  );
  return builder.transpose(result, CHANNELS_LAST);
}

/**
 * Gradient of a convolution by its filter: x convolved by dy, with samples as the channels that are
 * summed, and strides as dilations.
 */
function filterGradient({ builder, named: { x, dy }, attrs }: KernelCall): Value {
  const shape: Shape4D = attrs.filterShape;
  const [kh, kw, inputs, outputs] = shape;
  const info = windows(undilated(attrs), {
    x: x!.shape,
    filter: shape,
    depthwise: false,
  });
  const source = builder.transpose(x!, [3, 0, 1, 2]);
  const taps = tapsOf({ builder, source, dy: dy!, info, group: 1, channels: [inputs, outputs] });
  return builder.transpose(builder.slice(taps, [0, 0, 0, 0], [inputs, outputs, kh, kw]), [
    2,
    3,
    0,
    1,
  ]);
}

/** {@linkcode filterGradient} of a depthwise convolution, a group for each channel of x. */
function depthwiseFilterGradient({ builder, named: { x, dy }, attrs }: KernelCall): Value {
  const shape: Shape4D = attrs.filterShape;
  const [kh, kw, inputs, each] = shape;
  const info = windows(undilated(attrs), { x: x!.shape, filter: shape, depthwise: true });
  const source = builder.reshape(
    builder.transpose(x!, [3, 0, 1, 2]),
    [1, inputs * info.batchSize, info.inHeight, info.inWidth],
  );
  const outputs = inputs * each;
  const taps = tapsOf({ builder, source, dy: dy!, info, group: inputs, channels: [1, outputs] });
  const cut = builder.slice(taps, [0, 0, 0, 0], [1, outputs, kh, kw]);
  return builder.transpose(builder.reshape(cut, [inputs, each, kh, kw]), [2, 3, 0, 1]);
}

/** Source [·, groups·N, H, W] convolved by dy; as many rows and columns as taps, or a few more. */
function tapsOf({ builder, source, dy, info, group, channels }: {
  readonly builder: GraphBuilder;
  readonly source: Value;
  /** [N, h, w, M]. */
  readonly dy: Value;
  readonly info: ReturnType<typeof windows>;
  readonly group: number;
  /** First two sizes of the result. */
  readonly channels: readonly [number, number];
}): Value {
  const { pads, unreached: [rows, columns] } = edges(info);
  const size = [info.filterHeight + rows, info.filterWidth + columns];
  return builder.one(
    "Conv",
    [source, builder.transpose(dy, [3, 0, 1, 2])],
    [...channels, ...size],
    {
      attributes: {
        ["kernel_shape"]: [info.outHeight, info.outWidth],
        dilations: [info.strideHeight, info.strideWidth],
        pads,
        group,
      },
    },
  );
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
  const channelsFirst = builder.transpose(x!, CHANNELS_FIRST);
  const shape = [info.batchSize, info.outChannels, info.outHeight, info.outWidth];
  const result = builder.one("MaxPool", [channelsFirst], shape, {
    attributes: {
      ["kernel_shape"]: [info.filterHeight, info.filterWidth],
      strides: [info.strideHeight, info.strideWidth],
      pads: [top, left, bottom, right],
    },
  });
  return builder.transpose(result, CHANNELS_LAST);
}

/** By the names of TensorFlow.js. */
export const CONVOLUTION_KERNELS: Readonly<Record<string, TracedKernel>> = {
  Conv2D: (call) => convolution(call),
  Conv2DBackpropFilter: filterGradient,
  Conv2DBackpropInput: (call) => inputGradient(call),
  DepthwiseConv2dNative: (call) => convolution(call, { depthwise: true }),
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
  DepthwiseConv2dNativeBackpropInput: (call) => inputGradient(call, { depthwise: true }),
  FusedConv2D: fusedConvolution,
  MaxPool: maxPool,
};
