/** Linear layers with what is added to them. @module */

import type { TensorInfo } from "../../tfjs.ts";
import type { Kernels } from "./call.ts";
import { product } from "./products.ts";
import { sizeOf } from "./run.ts";

/** The product of the rows of x [..., k] with a weight [k, n]. */
function sizesOf({ shape }: TensorInfo, weight: TensorInfo) {
  const [k, n] = weight.shape as [number, number];
  return { batch: 1, m: sizeOf(shape) / k, n, k };
}

/** Products with a residual, a bias or a constant. */
export const LINEAR_KERNELS: Kernels = {
  AddLinear: ({ inputs: { 0: residual, 1: x, 2: weight }, runner }) => {
    const spec = { ...sizesOf(x!, weight!), residual: true };
    const tensors = { a: x!, b: weight!, residual: residual! };
    return product(runner, spec, tensors, residual!.shape);
  },
  LinearBias: ({ inputs: { 0: x, 1: weight, 2: bias }, runner }) => {
    const spec = { ...sizesOf(x!, weight!), bias: true };
    return product(runner, spec, { a: x!, b: weight!, bias: bias! }, [spec.m, spec.n]);
  },
  LinearPlus: ({ inputs: { 0: x, 1: weight }, attrs, runner }) => {
    const spec = { ...sizesOf(x!, weight!), plus: attrs.plus as number };
    return product(runner, spec, { a: x!, b: weight! }, [...x!.shape.slice(0, -1), spec.n]);
  },
};
