/** GEGLU feed-forward block (docs/networks.md, "Feed-forward"). @module */

import { feedForwardBlock, type FeedForwardTensors, type Tensor, tf } from "../../engine/mod.ts";
import type { TensorSpec } from "../network.ts";
import { type BlockContext, dropIn } from "./block.ts";
import { adaScale, EPSILON } from "./norm.ts";
import { linearSpec } from "./specs.ts";

/** The block's tensors by the names of the authors' weights. */
export function feedForwardTensors({ cond, at }: BlockContext): FeedForwardTensors {
  return {
    norm: adaScale(cond, at("norm.linear.weight")),
    up: at("up_proj.weight"),
    down: at("down_proj.weight"),
  };
}

/** x + W_down·drop(GEGLU(W_up·AdaRMSNorm(x))), x [N, h, w, d]. */
export function feedForward(x: Tensor, block: BlockContext): Tensor {
  return tf.tidy(() =>
    feedForwardBlock(x, feedForwardTensors(block), {
      epsilon: EPSILON,
      drop: (hidden, first) => dropIn(block, `.${first}`)(hidden),
    })
  );
}

/** Tensors of {@linkcode feedForward}. */
export function feedForwardSpecs(
  prefix: string,
  { width, dFf, condWidth }: {
    readonly width: number;
    readonly dFf: number;
    readonly condWidth: number;
  },
): TensorSpec[] {
  return [
    linearSpec(`${prefix}.norm.linear.weight`, { inputs: condWidth, outputs: width, zero: true }),
    linearSpec(`${prefix}.up_proj.weight`, { inputs: width, outputs: 2 * dFf }),
    linearSpec(`${prefix}.down_proj.weight`, { inputs: dFf, outputs: width, zero: true }),
  ];
}
