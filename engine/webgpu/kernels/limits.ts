/** Sizes that our kernels do not take on a device. @module */

import { COSINE_ATTENTION } from "../../ops/cosine_attention.ts";
import { TRANSFORMER_LAYER } from "../../ops/transformer_layer.ts";
import type { TensorInfo } from "../../tfjs.ts";
import type { Capabilities } from "../shader.ts";
import { attentionFits } from "./attention/blocks.ts";
import { sizeOf } from "./run.ts";

type Inputs = Readonly<Record<string, TensorInfo>>;

const LIMITS: Readonly<Record<string, (inputs: Inputs, capabilities: Capabilities) => boolean>> = {
  [COSINE_ATTENTION]: ({ qkv }, capabilities) => attentionFits(qkv!.shape.at(-1)!, capabilities),
  [TRANSFORMER_LAYER]: ({ x, headScale, down }, capabilities) => {
    const channels = x!.shape.at(-1)!;
    const tokens = sizeOf(x!.shape) / channels;
    const widest = Math.max(3 * channels, down!.shape[0]!);
    return attentionFits(channels / headScale!.shape[0]!, capabilities) &&
      tokens * widest * 4 <= capabilities.bindingBytes;
  },
};

/** True if a kernel takes these inputs: its tiles fit shared memory, its tensors a binding. */
export function kernelTakes(name: string, inputs: Inputs, capabilities: Capabilities): boolean {
  return LIMITS[name]?.(inputs, capabilities) ?? true;
}
