/**
 * Registers our kernels with TensorFlow.js for backend webgpu: those of the library's own ops, and
 * replacements of `tf.matMul` and of the elementwise kernels.
 *
 * @module
 */

import { tf } from "../../tfjs.ts";
import { CHAIN_KERNELS, type KernelFunction, recording } from "../chain.ts";
import { batchMatMul } from "./batch_mat_mul.ts";
import type { Call, Kernels } from "./call.ts";
import { COSINE_ATTENTION_KERNELS } from "./cosine_attention.ts";
import { GATED_HALVES_KERNELS } from "./gated_halves.ts";
import { INTERPOLATE_KERNELS } from "./interpolate.ts";
import { LINEAR_KERNELS } from "./linear.ts";
import { NORM_KERNELS } from "./norms.ts";
import { ROTATE_PAIRS_KERNELS } from "./rotate_pairs.ts";
import { STEP_KERNELS } from "./steps.ts";
import { SUM_KERNELS } from "./sums.ts";
import { TOKEN_KERNELS } from "./tokens.ts";
import { LAYER_KERNELS } from "./transformer_layer.ts";

const WEBGPU = "webgpu";

const KERNELS: Kernels = {
  ...NORM_KERNELS,
  ...GATED_HALVES_KERNELS,
  ...LINEAR_KERNELS,
  ...ROTATE_PAIRS_KERNELS,
  ...INTERPOLATE_KERNELS,
  ...TOKEN_KERNELS,
  ...STEP_KERNELS,
  ...SUM_KERNELS,
  ...COSINE_ATTENTION_KERNELS,
  ...LAYER_KERNELS,
};

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
