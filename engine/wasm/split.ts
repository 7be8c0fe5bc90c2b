/**
 * SplitV for the wasm backend. It copies in one pass; the shipped kernel slices part by part.
 *
 * @module
 */

import { product } from "../../core/mod.ts";
import { type TensorInfo, tf } from "../tfjs.ts";
import type { BackendWasm } from "./backend.ts";

/** Replaces the kernel for float tensors; to be called once. */
export function repairSplit(): void {
  const shipped = tf.getKernel("SplitV", "wasm");
  tf.unregisterKernel("SplitV", "wasm");
  tf.registerKernel({
    ...shipped,
    kernelFunc: (params) => {
      const { inputs, attrs, backend } = params;
      const { x } = inputs as { x: TensorInfo };
      if (x.dtype !== "float32") return shipped.kernelFunc(params);
      const wasm = backend as BackendWasm;
      const { numOrSizeSplits, axis: given } = attrs as unknown as {
        numOrSizeSplits: number | number[];
        axis: number;
      };
      const axis = given < 0 ? given + x.shape.length : given;
      const sizes = splitSizes(numOrSizeSplits, x.shape[axis]!);
      const outs = sizes.map((size) =>
        wasm.makeOutput(x.shape.map((n, i) => i === axis ? size : n), "float32")
      );
      // Views are taken after the allocations, which may move the heap.
      const source = wasm.typedArrayFromHeap(x) as Float32Array;
      const inner = product(x.shape.slice(axis + 1));
      const stride = x.shape[axis]! * inner;
      let first = 0;
      outs.forEach((out, i) => {
        const run = sizes[i]! * inner;
        copyRuns(wasm.typedArrayFromHeap(out) as Float32Array, { source, first, run, stride });
        first += run;
      });
      return outs;
    },
  });
}

/** Sizes of the parts; −1 stands for the remainder. */
function splitSizes(given: number | readonly number[], size: number): number[] {
  if (typeof given === "number") return Array<number>(given).fill(size / given);
  const known = given.filter((part) => part >= 0).reduce((a, b) => a + b, 0);
  return given.map((part) => part < 0 ? size - known : part);
}

function copyRuns(
  out: Float32Array,
  { source, first, run, stride }: {
    readonly source: Float32Array;
    readonly first: number;
    readonly run: number;
    readonly stride: number;
  },
): void {
  for (let to = 0, from = first; to < out.length; to += run, from += stride) {
    if (run >= 512) out.set(source.subarray(from, from + run), to);
    else for (let i = 0; i < run; i++) out[to + i] = source[from + i]!;
  }
}
