/** Images and condition as one input. @module */

import { type Tensor, tf } from "../engine/mod.ts";
import type { Network, NetworkInput } from "./network.ts";

/** Concatenates noised images and condition [B, L, H, W, C] to [B·L, H, W, in], checked against the network. */
export function joinInput(
  { x, condition }: NetworkInput,
  { inChannels, checkSize }: Pick<Network, "inChannels" | "checkSize">,
): Tensor {
  const [batch, length, height, width] = x.shape;
  checkSize({ height, width });
  if (condition !== undefined && condition.shape.some((size, i) => i < 4 && size !== x.shape[i])) {
    throw new TypeError(
      `Cannot apply the network: the condition must match the images except in channels, ` +
        `got condition [${condition.shape}] for images [${x.shape}]`,
    );
  }
  const joined = condition === undefined ? x : tf.concat([x, condition], -1);
  if (joined.shape[4] !== inChannels) {
    throw new TypeError(
      `Cannot apply the network: images and condition must have ${inChannels} channels ` +
        `together, got ${x.shape[4]} + ${condition?.shape[4] ?? 0}`,
    );
  }
  return joined.reshape([batch * length, height, width, inChannels]);
}
