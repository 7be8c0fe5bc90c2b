/** Pieces of a traced transformer layer that global and neighborhood attention share. @module */

import type { LayerAttrs } from "../../ops/transformer_layer.ts";
import { sizeOf, type Value } from "../graph.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { KernelCall } from "../kernel.ts";
import { gatedGelu, rmsNormalization, rotaryEmbedding } from "./fused.ts";

/** Weights of a layer, divided into the matrices of its products. */
export interface Layer {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly out: Value;
  readonly value: Value;
  readonly gate: Value;
  readonly down: Value;
  readonly headScale: Value;
  readonly heads: number;
  /** Channels of a head. */
  readonly size: number;
  readonly epsilon: number;
}

/** cos and sin, a row for every head of every token. */
interface Angles {
  readonly cos: Value;
  readonly sin: Value;
}

export function layerOf({ builder, named, attrs }: KernelCall): Layer {
  const width = named.x!.shape.at(-1)!;
  const hidden = named.down!.shape[0]!;
  const [q, k, v] = builder.split(named.qkv!, [width, width, width], 1) as [Value, Value, Value];
  const [value, gate] = builder.split(named.up!, [hidden, hidden], 1) as [Value, Value];
  const heads = named.headScale!.shape[0]!;
  const { out, down, headScale } = named as Record<string, Value>;
  const { epsilon } = attrs as LayerAttrs;
  const size = width / heads;
  return {
    q,
    k,
    v,
    out: out!,
    value,
    gate,
    down: down!,
    headScale: headScale!,
    heads,
    size,
    epsilon,
  };
}

/** a·b + c over matrices. */
export function productAndSum(
  b: GraphBuilder,
  [x, weight, sum]: readonly [Value, Value, Value],
): Value {
  return b.one("Gemm", [x, weight, sum], sum.shape);
}

/** Projects normalized tokens, scales heads to unit length and rotates them: [N, rows, size]. */
export function unitAndRotated(
  b: GraphBuilder,
  x: Value,
  { weight, layer: { size, epsilon }, angles, images = 1 }: {
    readonly weight: Value;
    readonly layer: Layer;
    readonly angles: Angles;
    readonly images?: number;
  },
): Value {
  const rows = b.reshape(b.matMul(x, weight), [x.shape[0]! * weight.shape[1]! / size, size]);
  // x/√(Σ x² + ε) = x/√(mean x² + ε/size)/√size
  const [unit] = rmsNormalization(b, rows, {
    scale: b.uniform(1 / Math.sqrt(size), [size]),
    epsilon: epsilon / size,
  });
  return rotaryEmbedding(b, b.reshape(unit, [images, rows.shape[0]! / images, size]), angles);
}

/** x + W_down·(W_value·n ⊙ GELU(W_gate·n)). */
export function feedForward(b: GraphBuilder, x: Value, { normed, layer }: {
  readonly normed: Value;
  readonly layer: Layer;
}): Value {
  const hidden = gatedGelu(b, b.matMul(normed, layer.value), b.matMul(normed, layer.gate));
  return productAndSum(b, [hidden, layer.down, x]);
}

/** The angles [rows, half] in another order of tokens. */
export function tables(
  b: GraphBuilder,
  { cos, sin }: Readonly<Record<string, Value>>,
  order: (table: Value) => Value,
): Angles {
  const make = (table: Value) => {
    const half = table.shape.at(-1)!;
    return b.reshape(order(table), [sizeOf(table.shape) / half, half]);
  };
  return { cos: make(cos!), sin: make(sin!) };
}
