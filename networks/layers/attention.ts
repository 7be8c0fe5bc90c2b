/**
 * Cosine-similarity self-attention with axial RoPE, global or in a neighborhood (docs/networks.md,
 * "Global attention", "Neighborhood attention").
 *
 * @module
 */

import type { AttentionBlockTensors } from "../../engine/mod.ts";
import type { TensorSpec } from "../network.ts";
import type { BlockContext } from "./block.ts";
import { adaScale } from "./norm.ts";
import { type Grid, ropeFrequencies, ropeTable } from "./rope.ts";
import { bufferSpec, constantSpec, linearSpec } from "./specs.ts";

/** The block's tensors on a grid of tokens, by the names of the authors' weights. */
export function attentionTensors({ cond, at }: BlockContext, grid: Grid): AttentionBlockTensors {
  return {
    norm: adaScale(cond, at("norm.linear.weight")),
    qkv: at("qkv_proj.weight"),
    headScale: at("scale"),
    ...ropeTable(grid, at("pos_emb.freqs")),
    out: at("out_proj.weight"),
  };
}

/** Specs of {@linkcode attentionTensors}. */
export function attentionSpecs(
  prefix: string,
  { width, dHead, condWidth }: {
    readonly width: number;
    readonly dHead: number;
    readonly condWidth: number;
  },
): TensorSpec[] {
  const heads = width / dHead;
  return [
    constantSpec(`${prefix}.scale`, heads, 10),
    linearSpec(`${prefix}.norm.linear.weight`, { inputs: condWidth, outputs: width, zero: true }),
    linearSpec(`${prefix}.qkv_proj.weight`, { inputs: width, outputs: 3 * width }),
    bufferSpec(`${prefix}.pos_emb.freqs`, [heads, dHead / 8], () => ropeFrequencies(heads, dHead)),
    linearSpec(`${prefix}.out_proj.weight`, { inputs: width, outputs: width, zero: true }),
  ];
}
