/** Patches to tokens and back, each with its linear layer, forward and backward. @module */

import type { Patch } from "../../ops/tokens.ts";
import type { TensorInfo } from "../../tfjs.ts";
import type { Call, Kernels } from "./call.ts";
import type { MatMulSpec, Patches } from "./mat_mul/spec.ts";
import { product } from "./products.ts";
import { sizeOf } from "./run.ts";

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

/** Merge and split of tokens, and their gradients; inputs x and weight. */
export const TOKEN_KERNELS: Kernels = {
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
};
