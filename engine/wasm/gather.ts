/**
 * GatherV2 for the wasm backend. It copies whole runs; the shipped kernel computes an index per element.
 *
 * @module
 */

import { product } from "../../core/mod.ts";
import { type TensorInfo, tf } from "../tfjs.ts";
import type { BackendWasm } from "./backend.ts";

/** Replaces the kernel for float tensors without batch axes; to be called once. */
export function repairGather(): void {
  const shipped = tf.getKernel("GatherV2", "wasm");
  tf.unregisterKernel("GatherV2", "wasm");
  tf.registerKernel({
    ...shipped,
    kernelFunc: (params) => {
      const { inputs, attrs, backend } = params;
      const { x, indices } = inputs as { x: TensorInfo; indices: TensorInfo };
      const { axis, batchDims } = attrs as unknown as { axis: number; batchDims?: number };
      if (x.dtype !== "float32" || indices.shape.length !== 1 || (batchDims ?? 0) !== 0) {
        return shipped.kernelFunc(params);
      }
      const wasm = backend as BackendWasm;
      const [size, count] = [x.shape[axis]!, indices.shape[0]!];
      const shape = [...x.shape.slice(0, axis), count, ...x.shape.slice(axis + 1)];
      const out = wasm.makeOutput(shape, "float32");
      // Views are taken after the allocation, which may move the heap.
      const source = wasm.typedArrayFromHeap(x) as Float32Array;
      const target = wasm.typedArrayFromHeap(out) as Float32Array;
      const picks = wasm.typedArrayFromHeap(indices) as Int32Array;
      const run = product(x.shape.slice(axis + 1));
      for (let to = 0, block = 0; to < target.length; block += size * run) {
        for (let i = 0; i < count; i++, to += run) {
          const from = block + picks[i]! * run;
          target.set(source.subarray(from, from + run), to);
        }
      }
      return out;
    },
  });
}
