/** GEGLU feed-forward block (spec §4.1). @module */

import { addLinear, gatedHalves, inBlocks, linear, type Tensor, tf } from "../../engine/mod.ts";
import type { NetworkInput, TensorSpec } from "../network.ts";
import { dropout } from "./dropout.ts";
import { adaRmsNorm } from "./norm.ts";
import { linearSpec, type Scope } from "./specs.ts";

/**
 * value·GELU(gate) of x·W; the first half of the product is the value, the second the gate.
 *
 * @param x [..., in].
 * @param weight [in, 2·out].
 */
export function geglu(x: Tensor, weight: Tensor): Tensor {
  return gatedHalves(linear(x, weight));
}

/** What a block needs beside its input. */
export interface BlockContext {
  /** Noise conditioning [B, width], one row per sample. */
  readonly cond: Tensor;
  /** Tensors of the block. */
  readonly at: Scope;
  /** Dotted name of the block, which keys its dropout. */
  readonly name: string;
  readonly dropoutRate: number;
  readonly random: NetworkInput["random"];
}

/** x + W_down·drop(GEGLU(W_up·AdaRMSNorm(x))), x [N, h, w, d]. */
export function feedForward(x: Tensor, context: BlockContext): Tensor {
  const { cond, at, name, dropoutRate: rate, random } = context;
  return tf.tidy(() => {
    const width = x.shape.at(-1)!;
    const up = at("up_proj.weight");
    const tokens = adaRmsNorm(x, cond, at("norm.linear.weight")).reshape([-1, width]);
    const residual = x.reshape([-1, width]);
    const rows = residual.shape[0]!;
    const y = inBlocks(tokens, up.shape[1]!, (block, first) => {
      const activated = tf.tidy(() => geglu(block, up));
      const dropped = dropout(activated, { name: `${name}.${first}`, rate, random });
      const size = block.shape[0]!;
      const kept = size === rows ? residual : tf.slice(residual, [first, 0], [size, width]);
      return addLinear(kept, dropped, at("down_proj.weight"));
    });
    return y.reshape(x.shape);
  });
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
