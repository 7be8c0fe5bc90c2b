/** One layer of an hourglass: attention block, then feed-forward block. @module */

import { type Params, type Tensor, tf, transformerLayer } from "../../engine/mod.ts";
import type { Level } from "../hourglass_options.ts";
import type { NetworkInput } from "../network.ts";
import { attentionTensors } from "./attention.ts";
import { type BlockContext, dropIn } from "./block.ts";
import { feedForwardTensors } from "./feed_forward.ts";
import { EPSILON } from "./norm.ts";
import { scope } from "./specs.ts";

/** Weights, conditioning and dropout of the layers of a network. */
export interface LayerContext {
  readonly params: Params;
  /** Noise conditioning [B, width]; the frames of a sample share it. */
  readonly cond: Tensor;
  readonly random: NetworkInput["random"];
}

/**
 * The layer named `prefix`, as its level sizes it.
 *
 * @param x [N, h, w, d].
 * @returns [N, h, w, d].
 */
export function layer(
  x: Tensor,
  { prefix, level, context: { params, cond, random } }: {
    readonly prefix: string;
    readonly level: Level;
    readonly context: LayerContext;
  },
): Tensor {
  const block = (part: string): BlockContext => ({
    cond,
    at: scope(params, `${prefix}.${part}`),
    name: `${prefix}.${part}`,
    dropoutRate: level.dropout,
    random,
  });
  const [attention, feedForward] = [block("self_attn"), block("ff")];
  const dropped = random !== undefined && level.dropout > 0;
  return tf.tidy(() => {
    const [, height, width] = x.shape as [number, number, number, number];
    return transformerLayer(x, {
      attention: attentionTensors(attention, { height, width }),
      feedForward: feedForwardTensors(feedForward),
    }, {
      kernel: level.attention === "global" ? 0 : level.kernelSize,
      epsilon: EPSILON,
      ...(dropped && {
        drop: {
          attention: dropIn(attention),
          feedForward: (hidden, first) => dropIn(feedForward, `.${first}`)(hidden),
        },
      }),
    });
  });
}
