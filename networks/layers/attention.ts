/** Cosine-similarity self-attention with axial RoPE, global or in a neighborhood (spec §4.1). @module */

import {
  addLinear,
  attend,
  BLOCK_ELEMENTS,
  cosineAttention,
  hasCosineAttention,
  linear,
  rmsNormalize,
  type Tensor,
  type Tensor3D,
  tf,
} from "../../engine/mod.ts";
import type { TensorSpec } from "../network.ts";
import { dropout } from "./dropout.ts";
import type { BlockContext } from "./feed_forward.ts";
import { neighborhoodAttention } from "./neighborhood.ts";
import { adaRmsNorm, EPSILON } from "./norm.ts";
import { type Grid, ropeFrequencies, ropeTable, rotate } from "./rope.ts";
import { bufferSpec, constantSpec, linearSpec } from "./specs.ts";

/** Which keys a query sees. */
export type AttentionReach =
  | { readonly type: "global" }
  | { readonly type: "neighborhood"; readonly kernel: number };

/**
 * √scale_h · x/√(Σ x² + 1e-6) per head, so that q·k = scale_h·cos(q, k).
 *
 * @param x [N, tokens, heads, dHead].
 * @param scale [heads].
 */
export function cosineScale(x: Tensor, scale: Tensor): Tensor {
  return tf.tidy(() => {
    const dHead = x.shape.at(-1)!;
    // Σ x² = dHead·mean x²
    const unit = rmsNormalize(x, EPSILON / dHead);
    const length = tf.sqrt(tf.mul(scale, tf.scalar(1 / dHead)));
    return tf.mul(unit, length.reshape([1, 1, -1, 1]));
  });
}

/**
 * softmax(q·kᵀ)·v over all tokens, in blocks of queries where the logits would outgrow a binding.
 *
 * @param q [N, tokens, heads, dHead]; k and v alike.
 * @param blockElements Most logits at once. Default {@linkcode BLOCK_ELEMENTS}.
 * @returns [N, tokens, heads·dHead].
 */
export function globalAttention(
  { q, k, v }: { readonly q: Tensor; readonly k: Tensor; readonly v: Tensor },
  blockElements = BLOCK_ELEMENTS,
): Tensor {
  const [n, tokens, heads, dHead] = q.shape as [number, number, number, number];
  const perHead = (x: Tensor) =>
    tf.transpose(x, [0, 2, 1, 3]).reshape([n * heads, tokens, dHead]) as Tensor3D;
  const attended = attend({ q: perHead(q), k: perHead(k), v: perHead(v) }, blockElements);
  return tf.transpose(attended.reshape([n, heads, tokens, dHead]), [0, 2, 1, 3])
    .reshape([n, tokens, heads * dHead]);
}

/** What attention sees, and how it is computed. */
interface AttentionContext {
  readonly grid: Grid;
  readonly reach: AttentionReach;
  readonly at: BlockContext["at"];
}

/**
 * softmax(q·kᵀ)·v [N, tokens, heads·dHead], as the engine in use has it.
 *
 * @param qkv [N, h, w, 3·heads·dHead], columns (q, k, v; head; channel).
 */
export function attention(qkv: Tensor, { grid, reach, at }: AttentionContext): Tensor {
  const [scale, table] = [at("scale"), ropeTable(grid, at("pos_emb.freqs"))];
  const [tokens, heads] = [grid.height * grid.width, scale.shape[0]!];
  const [images, channels] = [qkv.shape[0]!, qkv.shape.at(-1)! / 3];
  const dHead = channels / heads;
  if (hasCosineAttention(dHead)) {
    const parts = qkv.reshape([images, tokens, 3, heads, dHead]);
    const kernel = reach.type === "global" ? 0 : reach.kernel;
    const attrs = { ...grid, kernel, epsilon: EPSILON };
    return cosineAttention({ qkv: parts, scale, ...table }, attrs)
      .reshape([images, tokens, channels]);
  }
  const [q, k, v] = tf.split(qkv, 3, -1)
    .map((part) => part.reshape([images, tokens, heads, dHead])) as [Tensor, Tensor, Tensor];
  const prepare = (x: Tensor) => rotate(cosineScale(x, scale), table);
  const prepared = { q: prepare(q), k: prepare(k), v };
  return reach.type === "global"
    ? globalAttention(prepared)
    : neighborhoodAttention(prepared, { grid, kernel: reach.kernel });
}

/** x + W_out·drop(attention(AdaRMSNorm(x))), x [N, h, w, d]. */
export function selfAttention(
  x: Tensor,
  { cond, at, name, dropoutRate: rate, random, reach }: BlockContext & {
    readonly reach: AttentionReach;
  },
): Tensor {
  return tf.tidy(() => {
    const [, height, width] = x.shape as [number, number, number, number];
    const grid: Grid = { height, width };
    const normed = adaRmsNorm(x, cond, at("norm.linear.weight"));
    const qkv = linear(normed, at("qkv_proj.weight"));
    const attended = tf.tidy(() => attention(qkv, { grid, reach, at }));
    const dropped = dropout(attended, { name, rate, random });
    return addLinear(x, dropped, at("out_proj.weight"));
  });
}

/** Tensors of {@linkcode selfAttention}. */
export function selfAttentionSpecs(
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
