/**
 * Registers our kernels with tfjs for backend webgpu: those of the library's own ops, and `tf.matMul`
 * in the place of tfjs's.
 *
 * @module
 */

import { type KernelBackend, type TensorInfo, tf } from "../../tfjs.ts";
import { COSINE_ATTENTION, COSINE_ATTENTION_GRADIENT } from "../../ops/cosine_attention.ts";
import { SKIP_AND_OUT, STEP_TOWARDS } from "../../ops/steps.ts";
import { SUM_OF_SQUARES } from "../../ops/sum_of_squares.ts";
import { TRANSFORMER_LAYER } from "../../ops/transformer_layer.ts";
import type { ShaderRunner } from "../shader.ts";
import type { Patch } from "../../ops/tokens.ts";
import { CHAIN_KERNELS, type KernelFunction, recording } from "../chain.ts";
import { cosineAttentionGradientKernel, cosineAttentionKernel } from "./cosine_attention.ts";
import { gatedHalvesShader } from "./gated_halves.ts";
import type { MatMulSpec, Patches } from "./mat_mul/spec.ts";
import { scaledNorm, scaledNormGradient } from "./norms.ts";
import { product } from "./products.ts";
import {
  interpolateShader,
  rmsNormalizeGradientShader,
  rmsNormalizeShader,
  rotatePairsShader,
} from "./rows.ts";
import { shaderOf, sizeOf } from "./run.ts";
import { type FrameSizes, skipAndOutShader, stepTowardsShader } from "./steps.ts";
import { sumOfSquares } from "./sums.ts";
import { transformerLayerKernel } from "./transformer_layer.ts";

/** A call of a kernel. */
interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly runner: ShaderRunner & KernelBackend;
}

type Kernel = (call: Call) => TensorInfo | TensorInfo[];

const WEBGPU = "webgpu";

/** The first inputs of a fused op are numbered. */
const first = ({ inputs }: Call) => inputs[0]!;

const rowsOf = ({ shape }: TensorInfo) => {
  const size = shape.at(-1)!;
  return { rows: sizeOf(shape) / size, size };
};

/** Rows of two halves. */
const halvesOf = ({ shape }: TensorInfo) => {
  const size = shape.at(-1)! / 2;
  return { rows: sizeOf(shape) / size / 2, size };
};

const KERNELS: Readonly<Record<string, Kernel>> = {
  RmsNormalize: (call) => {
    const x = first(call);
    const sizes = rowsOf(x);
    const { epsilon } = call.attrs as { epsilon: number };
    const shader = shaderOf(
      `rmsNormalize ${JSON.stringify([sizes, epsilon])}`,
      () => rmsNormalizeShader(sizes, epsilon),
    );
    return call.runner.runShader(shader, [x], [x.shape])[0]!;
  },
  RmsNormalizeGradient: ({ inputs: { 0: x, dy }, attrs, runner }) => {
    const sizes = rowsOf(x!);
    const { epsilon } = attrs as { epsilon: number };
    const shader = shaderOf(
      `rmsNormalizeGradient ${JSON.stringify([sizes, epsilon])}`,
      () => rmsNormalizeGradientShader(sizes, epsilon),
    );
    return runner.runShader(shader, [x!, dy!], [x!.shape]);
  },
  ScaledNorm: ({ inputs: { 0: x, 1: scale }, attrs, runner }) =>
    scaledNorm(runner, { x: x!, scale: scale! }, (attrs as { epsilon: number }).epsilon),
  ScaledNormGradient: ({ inputs: { 0: x, 1: scale, dy }, attrs, runner }) => {
    const { epsilon } = attrs as { epsilon: number };
    return scaledNormGradient(runner, { x: x!, scale: scale!, dy: dy! }, epsilon);
  },
  GatedHalves: ({ inputs: { 0: x }, runner }) => {
    const sizes = halvesOf(x!);
    const shader = shaderOf(
      `gatedHalves ${JSON.stringify(sizes)}`,
      () => gatedHalvesShader(sizes, false),
    );
    return runner.runShader(shader, [x!], [[...x!.shape.slice(0, -1), sizes.size]])[0]!;
  },
  GatedHalvesGradient: ({ inputs: { 0: x, dy }, runner }) => {
    const sizes = halvesOf(x!);
    const shader = shaderOf(
      `gatedHalvesGradient ${JSON.stringify(sizes)}`,
      () => gatedHalvesShader(sizes, true),
    );
    return runner.runShader(shader, [x!, dy!], [x!.shape]);
  },
  AddLinear: ({ inputs: { 0: residual, 1: x, 2: weight }, runner }) => {
    const { rows } = rowsOf(x!);
    const [k, n] = weight!.shape as [number, number];
    const spec: MatMulSpec = { batch: 1, m: rows, n, k, residual: true };
    const tensors = { a: x!, b: weight!, residual: residual! };
    return product(runner, spec, tensors, residual!.shape);
  },
  LinearBias: ({ inputs: { 0: x, 1: weight, 2: bias }, runner }) => {
    const { rows } = rowsOf(x!);
    const [k, n] = weight!.shape as [number, number];
    const spec: MatMulSpec = { batch: 1, m: rows, n, k, bias: true };
    return product(runner, spec, { a: x!, b: weight!, bias: bias! }, [rows, n]);
  },
  LinearPlus: ({ inputs: { 0: x, 1: weight }, attrs, runner }) => {
    const { rows } = rowsOf(x!);
    const [k, n] = weight!.shape as [number, number];
    const { plus } = attrs as { plus: number };
    const spec: MatMulSpec = { batch: 1, m: rows, n, k, plus };
    return product(runner, spec, { a: x!, b: weight! }, [...x!.shape.slice(0, -1), n]);
  },
  RotatePairs: (call) => rotatePairs(call, call.inputs[0]!, false),
  RotatePairsGradient: (call) => {
    const { inputs: { 1: cos, 2: sin, dy }, runner } = call;
    const none = (like: TensorInfo) =>
      runner.makeTensorInfo(like.shape, "float32", new Float32Array(sizeOf(like.shape)));
    return [rotatePairs(call, dy!, true), none(cos!), none(sin!)];
  },
  Interpolate: ({ inputs: { 0: x, 1: skip, 2: factor }, runner }) => {
    const count = sizeOf(x!.shape);
    const shader = shaderOf(`interpolate ${count}`, () => interpolateShader(count));
    return runner.runShader(shader, [x!, skip!, factor!], [x!.shape])[0]!;
  },
  MergeTokens: ({ inputs: { 0: x, 1: weight }, attrs, runner }) => {
    const sizes = patchesOf(x!, attrs);
    const { grid } = sizes;
    const [k, n] = weight!.shape as [number, number];
    const spec: MatMulSpec = { batch: 1, m: sizeOf(grid), n, k, patchesIn: sizes.patches };
    return product(runner, spec, { a: x!, b: weight! }, [...grid, n]);
  },
  MergeTokensGradient: ({ inputs: { 0: x, 1: weight, dy }, attrs, runner }) => {
    const { grid, patches } = patchesOf(x!, attrs);
    const [k, n] = weight!.shape as [number, number];
    const rows = sizeOf(grid);
    const dX: MatMulSpec = { batch: 1, m: rows, n: k, k: n, transposeB: true, patchesOut: patches };
    const dW: MatMulSpec = { batch: 1, m: k, n, k: rows, transposeA: true, patchesIn: patches };
    return [
      product(runner, dX, { a: dy!, b: weight! }, x!.shape),
      product(runner, dW, { a: x!, b: dy! }, weight!.shape),
    ];
  },
  SplitTokens: ({ inputs: { 0: x, 1: weight }, attrs, runner }) => {
    const { image, rows, patches } = splitOf(x!, weight!, attrs);
    const [k, n] = weight!.shape as [number, number];
    const spec: MatMulSpec = { batch: 1, m: rows, n, k, patchesOut: patches };
    return product(runner, spec, { a: x!, b: weight! }, image);
  },
  SplitTokensGradient: ({ inputs: { 0: x, 1: weight, dy }, attrs, runner }) => {
    const { rows, patches } = splitOf(x!, weight!, attrs);
    const [k, n] = weight!.shape as [number, number];
    const dX: MatMulSpec = { batch: 1, m: rows, n: k, k: n, transposeB: true, patchesIn: patches };
    const dW: MatMulSpec = { batch: 1, m: k, n, k: rows, transposeA: true, patchesOfB: patches };
    return [
      product(runner, dX, { a: dy!, b: weight! }, x!.shape),
      product(runner, dW, { a: x!, b: dy! }, weight!.shape),
    ];
  },
  [SKIP_AND_OUT]: ({ inputs: { x, image, skip, out }, runner }) => {
    const sizes = framesOf(x!);
    const shader = shaderOf(`skipAndOut ${JSON.stringify(sizes)}`, () => skipAndOutShader(sizes));
    return runner.runShader(shader, [x!, image!, skip!, out!], [image!.shape])[0]!;
  },
  [STEP_TOWARDS]: ({ inputs: { y, image, step }, runner }) => {
    const sizes = framesOf(y!);
    const shader = shaderOf(`stepTowards ${JSON.stringify(sizes)}`, () => stepTowardsShader(sizes));
    return runner.runShader(shader, [y!, image!, step!], [y!.shape])[0]!;
  },
  [SUM_OF_SQUARES]: ({ inputs, runner }) => sumOfSquares(runner, Object.values(inputs)),
  [COSINE_ATTENTION]: cosineAttentionKernel,
  [COSINE_ATTENTION_GRADIENT]: cosineAttentionGradientKernel,
  [TRANSFORMER_LAYER]: transformerLayerKernel,
};

/** The patches of an image [N, H, W, E]. */
function patchesOf(
  { shape }: TensorInfo,
  attrs: Call["attrs"],
): { readonly grid: readonly number[]; readonly patches: Patches } {
  const [n, height, width, channels] = shape as [number, number, number, number];
  const [patchRows, patchColumns] = (attrs as { patch: Patch }).patch;
  const [tokenRows, tokenColumns] = [height / patchRows, width / patchColumns];
  return {
    grid: [n, tokenRows, tokenColumns],
    patches: { tokenRows, tokenColumns, patchRows, patchColumns, channels },
  };
}

/** The patches that tokens [N, h, w, in] become. */
function splitOf(
  { shape }: TensorInfo,
  weight: TensorInfo,
  attrs: Call["attrs"],
): { readonly image: number[]; readonly rows: number; readonly patches: Patches } {
  const [n, tokenRows, tokenColumns] = shape as [number, number, number];
  const [patchRows, patchColumns] = (attrs as { patch: Patch }).patch;
  const channels = weight.shape[1]! / (patchRows * patchColumns);
  return {
    image: [n, tokenRows * patchRows, tokenColumns * patchColumns, channels],
    rows: n * tokenRows * tokenColumns,
    patches: { tokenRows, tokenColumns, patchRows, patchColumns, channels },
  };
}

/** Rows turned by angles whose leading axes of size 1 broadcast. */
function rotatePairs({ inputs, runner }: Call, x: TensorInfo, back: boolean): TensorInfo {
  const [cos, sin] = [inputs[1]!, inputs[2]!];
  const half = cos.shape.at(-1)!;
  const angles = sizeOf(cos.shape) / half;
  const axes = x.shape.slice(0, -1);
  const own = cos.shape.slice(0, -1).slice(-axes.length);
  const first = own.findIndex((size) => size !== 1);
  const follows = first < 0 ||
    own.slice(first).every((size, i) => size === axes.slice(axes.length - own.length + first)[i]);
  if (!follows) {
    throw new TypeError(
      `Cannot rotate pairs: the angles' axes must be the last ones of x, got [${cos.shape}] for ` +
        `[${x.shape}]`,
    );
  }
  const sizes = { rows: sizeOf(axes), size: x.shape.at(-1)!, half, angles, back };
  const shader = shaderOf(`rotatePairs ${JSON.stringify(sizes)}`, () => rotatePairsShader(sizes));
  return runner.runShader(shader, [x, cos, sin], [x.shape])[0]!;
}

/** Frames of samples [B, L, H, W, C]. */
function framesOf({ shape }: TensorInfo): FrameSizes {
  const [samples, frames, ...image] = shape as [number, number, ...number[]];
  return { samples, frames, size: sizeOf(image) };
}

/** Attributes of tfjs's product. */
interface MatMulAttrs {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** tf.matMul where no batch axes broadcast but one side's whole batch; undefined elsewhere. */
function batchMatMul({ inputs, attrs, runner }: Call): TensorInfo | undefined {
  const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
  const { transposeA = false, transposeB = false } = attrs as MatMulAttrs;
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const n = transposeB ? rowsB : columnsB;
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [batchA, batchB] = [sizeOf(outerA), sizeOf(outerB)];
  const batch = Math.max(batchA, batchB);
  const plain = a.dtype === "float32" && b.dtype === "float32" &&
    (batchA === 1 || batchB === 1 || String(outerA) === String(outerB)) &&
    (outerA.length === outerB.length) && m * n * k > 0;
  if (!plain || batch > 65535 || Math.ceil(m / 32) > 65535) return undefined;
  const outer = batchA === batch ? outerA : outerB;
  const spec: MatMulSpec = {
    batch,
    m,
    n,
    k,
    transposeA,
    transposeB,
    sharedA: batchA === 1,
    sharedB: batchB === 1,
  };
  return product(runner, spec, { a, b }, [...outer, m, n]);
}

/** tfjs's kernels that ours take the place of, by name. */
const REPLACEMENTS: Readonly<Record<string, (stock: KernelFunction) => KernelFunction>> = {
  BatchMatMul: (stock) => (params) => {
    const { inputs, attrs, backend } = params;
    return batchMatMul({ inputs, attrs: attrs ?? {}, runner: backend } as unknown as Call) ??
      stock(params);
  },
  ...Object.fromEntries(CHAIN_KERNELS.map((name) => [name, recording(name)])),
};

const STOCK = new Map<string, KernelFunction>();

/** Registers the kernels; those of tfjs that they replace stay for what ours do not cover. */
export function registerShaderKernels(): void {
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    if (tf.getKernel(kernelName, WEBGPU) !== undefined) continue;
    tf.registerKernel({
      kernelName,
      backendName: WEBGPU,
      kernelFunc: ({ inputs, attrs, backend }) =>
        kernel({ inputs, attrs: attrs ?? {}, runner: backend } as unknown as Call),
    });
  }
  for (const [kernelName, wrap] of Object.entries(REPLACEMENTS)) {
    if (STOCK.has(kernelName)) continue;
    const stock = tf.getKernel(kernelName, WEBGPU)!;
    STOCK.set(kernelName, stock.kernelFunc);
    replace(kernelName, wrap(stock.kernelFunc));
  }
}

/** Takes our kernels away again: tfjs's own, and composed ops. */
export function unregisterShaderKernels(): void {
  for (const kernelName of Object.keys(KERNELS)) {
    if (tf.getKernel(kernelName, WEBGPU) !== undefined) tf.unregisterKernel(kernelName, WEBGPU);
  }
  for (const [kernelName, kernelFunc] of STOCK) replace(kernelName, kernelFunc);
  STOCK.clear();
}

function replace(kernelName: string, kernelFunc: KernelFunction): void {
  const config = tf.getKernel(kernelName, WEBGPU)!;
  tf.unregisterKernel(kernelName, WEBGPU);
  tf.registerKernel({ ...config, kernelFunc });
}
