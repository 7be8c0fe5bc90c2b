/** Noise embedding and mapping network: cNoise → cond (docs/networks.md, "Mapping network"). @module */

import { geglu, linear, type Tensor, tf } from "../../engine/mod.ts";
import type { NetworkInput, TensorSpec } from "../network.ts";
import { dropout } from "./dropout.ts";
import { rmsNorm } from "./norm.ts";
import { constantSpec, linearSpec, normalSpec, type Scope } from "./specs.ts";

/** Sizes of the mapping network. */
export interface MappingOptions {
  /** GEGLU blocks. Default 2. */
  readonly depth?: number;
  /** Width of the conditioning vector, even. Default 768. */
  readonly width?: number;
  /** Hidden width of the blocks. Default 1536. */
  readonly dFf?: number;
  /** Dropout in training. Default 0.1. */
  readonly dropout?: number;
}

/** The published sizes. */
export const MAPPING_DEFAULTS = { depth: 2, width: 768, dFf: 1536, dropout: 0.1 } as const;

/**
 * Random Fourier features [cos(2π·c·w), sin(2π·c·w)], cos first.
 *
 * @param cNoise [N].
 * @param weight [1, width/2], a buffer drawn once at initialization.
 * @returns [N, width].
 */
export function fourierFeatures(cNoise: Tensor, weight: Tensor): Tensor {
  const angle = linear(tf.mul(cNoise.reshape([-1, 1]), tf.scalar(2 * Math.PI)), weight);
  return tf.concat([tf.cos(angle), tf.sin(angle)], -1);
}

/** RMSNorm → depth × [x + W_down·drop(GEGLU(W_up·RMSNorm(x)))] → RMSNorm, x [N, width]. */
export function mappingNetwork(
  x: Tensor,
  { at, options, random }: {
    readonly at: Scope;
    readonly options: Required<MappingOptions>;
    readonly random: NetworkInput["random"];
  },
): Tensor {
  let state = rmsNorm(x, at("mapping.in_norm.scale"));
  for (let i = 0; i < options.depth; i++) {
    const block = `mapping.blocks.${i}`;
    const hidden = geglu(rmsNorm(state, at(`${block}.norm.scale`)), at(`${block}.up_proj.weight`));
    const dropped = dropout(hidden, { name: block, rate: options.dropout, random });
    state = tf.add(state, linear(dropped, at(`${block}.down_proj.weight`)));
  }
  return rmsNorm(state, at("mapping.out_norm.scale"));
}

/** Conditioning vectors of noise levels: cNoise [B] → cond [B, width]. */
export function conditioning(
  cNoise: Tensor,
  context: {
    readonly at: Scope;
    readonly options: Required<MappingOptions>;
    readonly random: NetworkInput["random"];
  },
): Tensor {
  const features = fourierFeatures(cNoise, context.at("time_emb.weight"));
  return mappingNetwork(linear(features, context.at("time_in_proj.weight")), context);
}

/** Tensors of {@linkcode conditioning}. */
export function mappingSpecs({ depth, width, dFf }: Required<MappingOptions>): TensorSpec[] {
  const blocks = Array.from({ length: depth }, (_, i) => [
    constantSpec(`mapping.blocks.${i}.norm.scale`, width, 1),
    linearSpec(`mapping.blocks.${i}.up_proj.weight`, { inputs: width, outputs: 2 * dFf }),
    linearSpec(`mapping.blocks.${i}.down_proj.weight`, { inputs: dFf, outputs: width, zero: true }),
  ]).flat();
  return [
    normalSpec("time_emb.weight", { shape: [1, width / 2], std: 1, role: "buffer" }),
    linearSpec("time_in_proj.weight", { inputs: width, outputs: width }),
    constantSpec("mapping.in_norm.scale", width, 1),
    ...blocks,
    constantSpec("mapping.out_norm.scale", width, 1),
  ];
}
