/**
 * Transpose for the wasm backend. From rank 5 on the shipped kernel computes an index per element, fifty
 * times slower than this loop over runs.
 *
 * @module
 */

import { type TensorInfo, tf } from "../tfjs.ts";
import { copyPermuted, mergeAxes } from "../permute.ts";
import type { BackendWasm } from "./backend.ts";

/** Replaces the kernel; to be called once. */
export function repairTranspose(): void {
  const shipped = tf.getKernel("Transpose", "wasm");
  tf.unregisterKernel("Transpose", "wasm");
  tf.registerKernel({
    ...shipped,
    kernelFunc: (params) => {
      const { inputs, attrs, backend } = params;
      const { x } = inputs as { x: TensorInfo };
      const { perm } = attrs as unknown as { perm: number[] };
      const merged = mergeAxes(x.shape, perm);
      if (x.dtype !== "float32" || merged.perm.length < 2) return shipped.kernelFunc(params);
      const wasm = backend as BackendWasm;
      const out = wasm.makeOutput(perm.map((axis) => x.shape[axis]!), "float32");
      // Views are taken after the allocation, which may move the heap.
      copyPermuted(wasm.typedArrayFromHeap(out) as Float32Array, {
        source: wasm.typedArrayFromHeap(x) as Float32Array,
        ...merged,
      });
      return out;
    },
  });
}
