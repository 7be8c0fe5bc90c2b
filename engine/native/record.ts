/** Kernels that record themselves into a graph. @module */

import { TRANSFORMER_LAYER } from "../ops/transformer_layer.ts";
import { type TensorInfo, tf } from "../tfjs.ts";
import { placeOf, TraceError } from "./errors.ts";
import { foldKernel } from "./fold.ts";
import { isConstant, type Value } from "./graph.ts";
import { type TracedKernel, UnmappedError } from "./kernel.ts";
import { DEPTHWISE_KERNELS } from "./kernels/depthwise.ts";
import { FUSED_KERNELS } from "./kernels/fused.ts";
import { TFJS_KERNELS } from "./kernels/tfjs.ts";
import { transformerLayerKernel } from "./kernels/transformer_layer.ts";
import type { TraceBackend } from "./trace_backend.ts";

/** Name of the recording backend. */
export const RECORDING = "native-trace";

/** Every kernel that can be traced. */
const KERNELS: Readonly<Record<string, TracedKernel>> = {
  ...TFJS_KERNELS,
  ...FUSED_KERNELS,
  ...DEPTHWISE_KERNELS,
  [TRANSFORMER_LAYER]: transformerLayerKernel,
};

/** Runs a kernel symbolically. */
function record(
  kernelName: string,
  { inputs, attrs, backend }: {
    readonly inputs: Readonly<Record<string, TensorInfo>>;
    readonly attrs?: unknown;
    readonly backend: TraceBackend;
  },
): TensorInfo | TensorInfo[] {
  const named = Object.fromEntries(
    Object.entries(inputs).filter(([, tensor]) => tensor !== undefined && tensor !== null)
      .map(([name, tensor]) => [name, backend.value(tensor, kernelName)]),
  );
  const values = Object.values(named);
  const { builder } = backend;
  const call = { builder, inputs: values, named, attrs: attrs ?? {} };
  const folded = values.length > 0 && values.every(isConstant)
    ? foldKernel(kernelName, call, backend.folded)
    : undefined;
  try {
    const result = folded ?? KERNELS[kernelName]!(call);
    return Array.isArray(result)
      ? result.map((value) => backend.info(value))
      : backend.info(result as Value);
  } catch (error) {
    if (!(error instanceof UnmappedError)) throw error;
    throw new TraceError(`Cannot trace ${kernelName} at ${placeOf()}: ${error.message}`);
  }
}

/** Registers a recording kernel for every kernel that any backend has. */
export function registerRecording(): void {
  const names = new Set([
    ...Object.keys(KERNELS),
    ...tf.getKernelsForBackend("cpu").map(({ kernelName }) => kernelName),
  ]);
  for (const kernelName of names) {
    if (tf.getKernel(kernelName, RECORDING) !== undefined) continue;
    tf.registerKernel({
      kernelName,
      backendName: RECORDING,
      kernelFunc: (params) => {
        if (KERNELS[kernelName] === undefined) {
          throw new TraceError(
            `Cannot trace ${kernelName} at ${placeOf()}: it has no form in ONNX here; ` +
              `engine wasm, cpu or webgpu runs it`,
          );
        }
        return record(kernelName, params as unknown as Parameters<typeof record>[1]);
      },
    });
  }
}
