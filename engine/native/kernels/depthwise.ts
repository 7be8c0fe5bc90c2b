/** The library's depthwise convolution in ONNX, and the gradient of its kernel. @module */

import type { Value } from "../graph.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { KernelCall, TracedKernel } from "../kernel.ts";

/** NCHW from NHWC. */
const CHANNELS_FIRST = [0, 3, 1, 2] as const;
/** NHWC from NCHW. */
const CHANNELS_LAST = [0, 2, 3, 1] as const;

/** A stride of 1, a square kernel [k, k, C], and zeros beyond the edges. */
function depthwise({ builder, inputs: [x, kernel] }: KernelCall): Value {
  const [size, , channels] = kernel!.shape as [number, number, number];
  const [count, height, width] = x!.shape as [number, number, number];
  const reach = (size - 1) / 2;
  const weights = builder.reshape(builder.transpose(kernel!, [2, 0, 1]), [channels, 1, size, size]);
  const planes = builder.transpose(x!, CHANNELS_FIRST);
  const result = builder.one("Conv", [planes, weights], [count, channels, height, width], {
    attributes: {
      ["kernel_shape"]: [size, size],
      pads: [reach, reach, reach, reach],
      group: channels,
    },
  });
  return builder.transpose(result, CHANNELS_LAST);
}

/** Gradient of {@linkcode depthwise} by the kernel: the taps Σ x[h + r, w + s]·dy[h, w] of each channel. */
function depthwiseKernelGradient(call: KernelCall): Value {
  const { inputs: [x], attrs: { size } } = call;
  return size === 3 && x!.shape[2]! >= LEAST_WIDTH ? tapsOfPairs(call) : tapsOfConvolution(call);
}

/**
 * Least width at which {@linkcode tapsOfPairs} is faster than {@linkcode tapsOfConvolution}, whose copies
 * are rows of k values: by 1.7 at 64 and 128 pixels and k = 3.
 */
const LEAST_WIDTH = 24;

/** The taps as a convolution of x by dy, a group for each channel. */
function tapsOfConvolution({ builder, inputs: [x, dy], attrs: { size } }: KernelCall): Value {
  const [count, height, width, channels] = x!.shape as [number, number, number, number];
  const reach = (size - 1) / 2;
  const source = builder.reshape(
    builder.transpose(x!, [3, 0, 1, 2]),
    [1, channels * count, height, width],
  );
  const filter = builder.transpose(dy!, [3, 0, 1, 2]);
  const taps = builder.one("Conv", [source, filter], [1, channels, size, size], {
    attributes: {
      ["kernel_shape"]: [height, width],
      pads: [reach, reach, reach, reach],
      group: channels,
    },
  });
  return builder.transpose(builder.reshape(taps, [channels, size, size]), [1, 2, 0]);
}

/**
 * The taps from products over samples and rows, which give, for each r, all pairs of columns (w + s, w):
 * each s sums one of their diagonals.
 */
function tapsOfPairs({ builder, inputs: [x, dy], attrs: { size } }: KernelCall): Value {
  const [count, height, width, channels] = x!.shape as [number, number, number, number];
  const reach = (size - 1) / 2;
  const wide = width + 2 * reach;
  const planes = pad(builder, builder.transpose(x!, [3, 0, 1, 2]), reach);
  const right = builder.reshape(
    builder.transpose(dy!, [3, 0, 1, 2]),
    [channels, count * height, width],
  );
  const rows: Value[] = [];
  for (let row = 0; row < size; row++) {
    const moved = builder.slice(planes, [0, 0, row, 0], [channels, count, height, wide]);
    const left = builder.reshape(moved, [channels, count * height, wide]);
    const pairs = builder.matMul(builder.transpose(left, [0, 2, 1]), right);
    const flat = builder.reshape(pairs, [channels, wide * width]);
    for (let column = 0; column < size; column++) {
      const diagonal = builder.one("Slice", [
        flat,
        builder.integers([column * width]),
        builder.integers([column * width + (width - 1) * (width + 1) + 1]),
        builder.integers([1]),
        builder.integers([width + 1]),
      ], [channels, width]);
      rows.push(builder.reduce("ReduceSum", diagonal, [1], true));
    }
  }
  const taps = builder.concat(rows, 1);
  return builder.reshape(builder.transpose(taps, [1, 0]), [size, size, channels]);
}

/** Zeros around the last two axes of a value of rank 4. */
function pad(builder: GraphBuilder, x: Value, by: number): Value {
  const [count, channels, height, width] = x.shape as [number, number, number, number];
  const pads = builder.integers([0, 0, by, by, 0, 0, by, by]);
  return builder.one("Pad", [x, pads], [count, channels, height + 2 * by, width + 2 * by]);
}

/** By the names of the library's own ops. */
export const DEPTHWISE_KERNELS: Readonly<Record<string, TracedKernel>> = {
  Depthwise: depthwise,
  DepthwiseKernelGradient: depthwiseKernelGradient,
};
