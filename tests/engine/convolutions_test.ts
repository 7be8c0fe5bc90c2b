/** Convolutions of TensorFlow.js and their gradients on every engine, against loops in float64. */

import { type Tensor, type Tensor4D, tf } from "../../engine/mod.ts";
import {
  ALL_ENGINES,
  allValuesOf,
  assertClose,
  elements,
  normals,
  normalTensor,
  testOnEngines,
} from "../engines.ts";

/** Float32 sums of up to a thousand products of normal numbers, against float64. */
const ROUNDING = 1e-5;

type Pair = readonly [number, number];
type Shape = readonly [number, number, number, number];

interface Case {
  readonly name: string;
  /** [N, H, W, C]. */
  readonly x: Shape;
  /** [kh, kw, C, M]. */
  readonly filter: Shape;
  readonly strides?: Pair;
  readonly dilations?: Pair;
  /** Rows above and below, columns left and right; or a rule of TensorFlow.js. Default "same". */
  readonly pad?: "same" | "valid" | readonly [Pair, Pair];
  /** Rounding of the number of windows. Default "floor". */
  readonly rounding?: "floor" | "ceil";
  /** TensorFlow.js has no gradient of dilated convolutions. Default true. */
  readonly differentiable?: boolean;
}

/** Windows along one axis: their number, and the padding before the first. */
function axis(
  size: number,
  taps: number,
  { stride, dilation, pad, rounding = "floor" }: {
    readonly stride: number;
    readonly dilation: number;
    readonly rounding?: "floor" | "ceil" | undefined;
    readonly pad: "same" | "valid" | Pair;
  },
): { readonly count: number; readonly before: number } {
  const reach = (taps - 1) * dilation + 1;
  if (pad === "same") {
    const count = Math.ceil(size / stride);
    return { count, before: Math.max((count - 1) * stride + reach - size, 0) >> 1 };
  }
  const [before, after] = pad === "valid" ? [0, 0] : pad;
  return { count: Math[rounding]((size + before + after - reach) / stride) + 1, before };
}

/** Every product of a convolution: positions in x, filter and output. */
function* products(
  { x, filter, strides = [1, 1], dilations = [1, 1], pad = "same", rounding }: Case,
  depthwise: boolean,
): Generator<readonly [number, number, number]> {
  const [samples, height, width, channels] = x;
  const [kh, kw, , each] = filter;
  const rule = (i: 0 | 1) => typeof pad === "string" ? pad : pad[i];
  const [rows, columns] = [0, 1].map((i) => {
    const at = i as 0 | 1;
    return axis([height, width][i]!, [kh, kw][i]!, {
      stride: strides[at],
      dilation: dilations[at],
      pad: rule(at),
      rounding,
    });
  }) as [ReturnType<typeof axis>, ReturnType<typeof axis>];
  const outputs = depthwise ? channels * each : each;
  for (let n = 0; n < samples; n++) {
    for (let i = 0; i < rows.count; i++) {
      for (let j = 0; j < columns.count; j++) {
        const out = ((n * rows.count + i) * columns.count + j) * outputs;
        for (let r = 0; r < kh; r++) {
          const row = i * strides[0] + r * dilations[0] - rows.before;
          if (row < 0 || row >= height) continue;
          for (let s = 0; s < kw; s++) {
            const column = j * strides[1] + s * dilations[1] - columns.before;
            if (column < 0 || column >= width) continue;
            for (let c = 0; c < channels; c++) {
              for (let m = 0; m < each; m++) {
                yield [
                  ((n * height + row) * width + column) * channels + c,
                  ((r * kw + s) * channels + c) * each + m,
                  out + (depthwise ? c * each + m : m),
                ];
              }
            }
          }
        }
      }
    }
  }
}

/** Padding as TensorFlow.js takes it. */
function padOf({ pad = "same" }: Case) {
  return typeof pad === "string" ? pad : [[0, 0], ...pad, [0, 0]] as [Pair, Pair, Pair, Pair];
}

/** The wasm backend of TensorFlow.js leaves the last window out where windows are rounded up. */
function enginesOf({ rounding }: Case) {
  return ALL_ENGINES.filter((engine) => engine !== "wasm" || rounding !== "ceil");
}

/** The op, and the gradients of sum(out·r) by its inputs. */
async function evaluate(f: (a: Tensor, b: Tensor) => Tensor, one: Case, shapes: readonly Shape[]) {
  return await allValuesOf(() => {
    const inputs = shapes.map((shape, i) => normalTensor(shape, i));
    const out = f(inputs[0]!, inputs[1]!);
    if (one.differentiable === false) return [out];
    const r = normalTensor(out.shape, "r");
    const loss = (a: Tensor, b: Tensor) => tf.sum(tf.mul(f(a, b), r));
    return [out, ...tf.grads(loss as (...args: Tensor[]) => Tensor)(inputs)];
  });
}

const COMMON: readonly Omit<Case, "filter">[] = [
  { name: "same", x: [2, 6, 7, 3] },
  { name: "same, strides 2 and 1", x: [2, 6, 7, 3], strides: [2, 1] },
  { name: "same, stride 2 of odd sizes", x: [1, 5, 7, 3], strides: [2, 2] },
  { name: "valid", x: [1, 6, 7, 3], pad: "valid" },
  { name: "valid, stride 2 that leaves a row", x: [2, 8, 7, 3], strides: [2, 2], pad: "valid" },
  { name: "explicit padding", x: [1, 5, 6, 3], pad: [[1, 0], [2, 1]] },
  {
    name: "explicit padding, stride 2",
    x: [2, 6, 8, 3],
    strides: [2, 2],
    pad: [[2, 0], [1, 2]],
  },
  {
    name: "rounded up, so that the last window is cut",
    x: [1, 6, 7, 3],
    strides: [2, 2],
    pad: [[1, 0], [1, 1]],
    rounding: "ceil",
  },
  {
    name: "dilated",
    x: [1, 9, 8, 3],
    dilations: [2, 3],
    differentiable: false,
  },
];

const CASES: readonly Case[] = [
  ...COMMON.map((one): Case => ({ ...one, filter: [3, 2, 3, 4] })),
  { name: "kernel of one pixel", x: [2, 4, 3, 5], filter: [1, 1, 5, 2] },
  { name: "kernel of one pixel, stride 2", x: [1, 5, 4, 2], filter: [1, 1, 2, 3], strides: [2, 2] },
];

for (const one of CASES) {
  testOnEngines(`conv2d and its gradients: ${one.name}`, async () => {
    const { x, filter, strides = [1, 1], dilations = [1, 1] } = one;
    const conv = (a: Tensor, b: Tensor) =>
      tf.conv2d(
        a as Tensor4D,
        b as Tensor4D,
        [...strides],
        padOf(one) as "same",
        "NHWC",
        [...dilations],
        one.rounding,
      );
    compare(await evaluate(conv, one, [x, filter]), one, false);
  }, enginesOf(one));
}

const DEPTHWISE: readonly Case[] = [
  ...COMMON.filter(({ strides }) => strides === undefined || strides[0] === strides[1])
    .map((one): Case => ({ ...one, filter: [3, 2, 3, 1] })),
  { name: "two outputs a channel", x: [2, 6, 5, 3], filter: [3, 3, 3, 2] },
  {
    name: "two outputs a channel, stride 2",
    x: [1, 7, 6, 3],
    filter: [3, 3, 3, 2],
    strides: [2, 2],
  },
];

for (const one of DEPTHWISE) {
  testOnEngines(`depthwiseConv2d and its gradients: ${one.name}`, async () => {
    const { x, filter, strides = [1, 1], dilations = [1, 1] } = one;
    const conv = (a: Tensor, b: Tensor) =>
      tf.depthwiseConv2d(
        a as Tensor4D,
        b as Tensor4D,
        [...strides],
        padOf(one) as "same",
        "NHWC",
        [...dilations],
        one.rounding,
      );
    compare(await evaluate(conv, one, [x, filter]), one, true);
  }, enginesOf(one));
}

/** Asserts that values and gradients are the loops'. */
function compare(found: readonly Float32Array[], one: Case, depthwise: boolean): void {
  const [x, w] = [normals(elements(one.x), 0), normals(elements(one.filter), 1)];
  const [out, dx, dw] = found;
  const r = normals(out!.length, "r");
  const wanted = [
    new Float64Array(out!.length),
    new Float64Array(x.length),
    new Float64Array(w.length),
  ] as const;
  for (const [from, tap, to] of products(one, depthwise)) {
    wanted[0][to]! += x[from]! * w[tap]!;
    wanted[1][from]! += r[to]! * w[tap]!;
    wanted[2][tap]! += r[to]! * x[from]!;
  }
  assertClose(out!, wanted[0], ROUNDING, "outputs");
  if (dx === undefined) return;
  assertClose(dx, wanted[1], ROUNDING, "gradient by x");
  assertClose(dw!, wanted[2], ROUNDING, "gradient by the filter");
}

/** Transposed convolutions: x of `filter`'s convolution is their output. */
const TRANSPOSED: readonly Case[] = [
  { name: "same", x: [2, 5, 6, 3], filter: [3, 2, 3, 4] },
  { name: "same, stride 2", x: [1, 8, 6, 3], filter: [3, 3, 3, 4], strides: [2, 2] },
  { name: "same, stride 2, kernel 2", x: [1, 6, 8, 3], filter: [2, 2, 3, 4], strides: [2, 2] },
  {
    name: "valid, strides 2 and 1",
    x: [2, 9, 6, 2],
    filter: [3, 2, 2, 3],
    strides: [2, 1],
    pad: "valid",
  },
  {
    name: "valid with a row that no window reaches",
    x: [1, 8, 5, 2],
    filter: [3, 1, 2, 3],
    strides: [2, 2],
    pad: "valid",
  },
];

for (const one of TRANSPOSED) {
  testOnEngines(`conv2dTranspose and its gradients: ${one.name}`, async () => {
    const { x, filter, strides = [1, 1], pad = "same" } = one;
    const rule = (i: 0 | 1) => typeof pad === "string" ? pad : pad[i];
    const [rows, columns] = ([0, 1] as const).map((i) =>
      axis(x[i + 1]!, filter[i]!, { stride: strides[i], dilation: 1, pad: rule(i) }).count
    ) as [number, number];
    const small: Shape = [x[0], rows, columns, filter[3]];
    const conv = (a: Tensor, b: Tensor) =>
      tf.conv2dTranspose(
        a as Tensor4D,
        b as Tensor4D,
        [...x],
        [...strides],
        padOf(one) as "same",
      );
    const [out, dy, dw] = await evaluate(conv, one, [small, filter]);
    const [y, w, r] = [
      normals(elements(small), 0),
      normals(elements(filter), 1),
      normals(elements(x), "r"),
    ];
    const wanted = [
      new Float64Array(out!.length),
      new Float64Array(y.length),
      new Float64Array(w.length),
    ] as const;
    for (const [to, tap, from] of products(one, false)) {
      wanted[0][to]! += y[from]! * w[tap]!;
      wanted[1][from]! += r[to]! * w[tap]!;
      wanted[2][tap]! += r[to]! * y[from]!;
    }
    assertClose(out!, wanted[0], ROUNDING, "outputs");
    assertClose(dy!, wanted[1], ROUNDING, "gradient by x");
    assertClose(dw!, wanted[2], ROUNDING, "gradient by the filter");
  });
}
