/** Kernels of TensorFlow.js that move or make elements, in ONNX. @module */

import { tf } from "../../tfjs.ts";
import { type ElementType, sizeOf, type Value } from "../graph.ts";
import { type KernelCall, type TracedKernel, UnmappedError } from "../kernel.ts";

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

function reverse({ builder, inputs: [x], attrs }: KernelCall): Value {
  const axes = tf.util.parseAxisParam(attrs.dims, [...x!.shape]);
  return axes.reduce((value, axis) => {
    const size = value.shape[axis]!;
    const backwards = Int32Array.from({ length: size }, (_, i) => size - 1 - i);
    return builder.gather(value, builder.constant(backwards, [size], "int32"), axis);
  }, x!);
}

/** By the names of TensorFlow.js. */
export const SHAPE_KERNELS: Readonly<Record<string, TracedKernel>> = {
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
