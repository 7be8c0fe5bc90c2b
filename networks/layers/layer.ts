/** One layer of an hourglass: attention block, then feed-forward block. @module */

import {
  hasTransformerLayer,
  type Params,
  type Tensor,
  tf,
  transformerLayer,
} from "../../engine/mod.ts";
import type { Level } from "../hourglass_options.ts";
import type { NetworkInput } from "../network.ts";
import { type AttentionReach, selfAttention } from "./attention.ts";
import { type BlockContext, feedForward } from "./feed_forward.ts";
import { adaScale, EPSILON } from "./norm.ts";
import { ropeTable } from "./rope.ts";
import { scope } from "./specs.ts";

/** What runs at one level of an hourglass. */
export interface LayerContext {
  readonly params: Params;
  /** Noise conditioning [B, width]; the frames of a sample share it. */
  readonly cond: Tensor;
  readonly random: NetworkInput["random"];
}

/** Attention block, then feed-forward block. */
export function layer(
  x: Tensor,
  { prefix, level, context: { params, cond, random } }: {
    readonly prefix: string;
    readonly level: Level;
    readonly context: LayerContext;
  },
): Tensor {
  const block = (part: string) => ({
    cond,
    at: scope(params, `${prefix}.${part}`),
    name: `${prefix}.${part}`,
    dropoutRate: level.dropout,
    random,
  });
  const [attention, ff] = [block("self_attn"), block("ff")];
  const [images, height, width, channels] = x.shape as [number, number, number, number];
  const kernel = level.attention === "global" ? 0 : level.kernelSize;
  const dropped = random !== undefined && level.dropout > 0;
  const heads = channels / level.dHead;
  const sizes = { images, height, width, channels, heads, hidden: level.dFf, kernel };
  if (!dropped && hasTransformerLayer(sizes)) {
    return wholeLayer(x, { attention, ff, kernel });
  }
  const reach: AttentionReach = level.attention === "global"
    ? { type: "global" }
    : { type: "neighborhood", kernel: level.kernelSize };
  return feedForward(selfAttention(x, { ...attention, reach }), ff);
}

/** The layer in one piece. */
function wholeLayer(
  x: Tensor,
  { attention, ff, kernel }: {
    readonly attention: BlockContext;
    readonly ff: BlockContext;
    readonly kernel: number;
  },
): Tensor {
  return tf.tidy(() => {
    const [, height, width] = x.shape as [number, number, number, number];
    const table = ropeTable({ height, width }, attention.at("pos_emb.freqs"));
    return transformerLayer({
      x,
      ...table,
      attentionNorm: adaScale(attention.cond, attention.at("norm.linear.weight")),
      feedForwardNorm: adaScale(ff.cond, ff.at("norm.linear.weight")),
      qkv: attention.at("qkv_proj.weight"),
      headScale: attention.at("scale"),
      out: attention.at("out_proj.weight"),
      up: ff.at("up_proj.weight"),
      down: ff.at("down_proj.weight"),
    }, { kernel, epsilon: EPSILON });
  });
}
