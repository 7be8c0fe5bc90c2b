/**
 * Kernels that the wasm backend lacks, computed by the CPU backend on copies of the values: gradients of
 * convolutions, pooling and resizing, which a network needs in order to train.
 *
 * @module
 */

import { type TensorInfo, tf } from "../tfjs.ts";
import type { BackendWasm } from "./backend.ts";

const NAMES = [
  "AvgPoolGrad",
  "Conv2DBackpropFilter",
  "DepthwiseConv2dNativeBackpropFilter",
  "DepthwiseConv2dNativeBackpropInput",
  "MaxPoolGrad",
  "ResizeBilinearGrad",
  "ResizeNearestNeighborGrad",
] as const;

type Values = Float32Array | Int32Array | Uint8Array;

/** The CPU backend, whose tensors hold their values. */
interface ValuesBackend {
  makeTensorInfo(shape: number[], dtype: string, values: Values): TensorInfo;
  readSync(dataId: object): Values;
  disposeData(dataId: object): void;
}

/** Registers the kernels that the backend lacks; to be called once. */
export function borrowKernels(): void {
  for (const kernelName of NAMES) {
    if (tf.getKernel(kernelName, "wasm") !== undefined) continue;
    const { kernelFunc } = tf.getKernel(kernelName, "cpu");
    tf.registerKernel({
      kernelName,
      backendName: "wasm",
      kernelFunc: ({ inputs, attrs, backend }) => {
        const wasm = backend as BackendWasm;
        const cpu = tf.findBackend("cpu") as unknown as ValuesBackend;
        const copies = Object.entries(inputs).map(([name, tensor]) => {
          const { shape, dtype } = tensor as TensorInfo;
          const values = wasm.typedArrayFromHeap(tensor as TensorInfo).slice() as Values;
          return [name, cpu.makeTensorInfo(shape, dtype, values)] as const;
        });
        const result = kernelFunc({
          inputs: Object.fromEntries(copies),
          attrs,
          backend: cpu,
        }) as TensorInfo;
        const out = wasm.makeOutput(result.shape, result.dtype);
        // The view is taken after the allocation, which may move the heap.
        wasm.typedArrayFromHeap(out).set(cpu.readSync(result.dataId));
        for (const [, { dataId }] of copies) cpu.disposeData(dataId);
        cpu.disposeData(result.dataId);
        return out;
      },
    });
  }
}
