/**
 * The library's own ops as single operators of onnxruntime (its contributed operators:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
 *
 * @module
 */

import { float, sizeOf, type Value } from "../graph.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { KernelCall, TracedKernel } from "../kernel.ts";

/** Domain of the contributed operators. */
export const MICROSOFT = "com.microsoft";

/** x/√(mean x² + epsilon)·scale over the last axis, and the inverse root itself. */
export function rmsNormalization(
  builder: GraphBuilder,
  x: Value,
  { scale, epsilon }: { readonly scale: Value; readonly epsilon: number },
): readonly [Value, Value] {
  const [y, inverse] = builder.add({
    op: "SimplifiedLayerNormalization",
    inputs: [x, scale],
    attributes: { axis: -1, epsilon: float(epsilon) },
    results: [{ shape: x.shape }, { shape: [...x.shape.slice(0, -1), 1] }],
  });
  return [y!, inverse!];
}

function unitScale(builder: GraphBuilder, x: Value): Value {
  return builder.uniform(1, [x.shape.at(-1)!]);
}

/** value·GELU(gate). */
export function gatedGelu(builder: GraphBuilder, value: Value, gate: Value): Value {
  return builder.binary("Mul", value, builder.unary("Gelu", gate));
}

/**
 * Rotates the pairs (i, i + half) of the rows of x by angles of their own.
 *
 * @param x [N, rows, d].
 * @param angles cos and sin [rows, half].
 */
export function rotaryEmbedding(
  builder: GraphBuilder,
  x: Value,
  { cos, sin }: { readonly cos: Value; readonly sin: Value },
): Value {
  const first = builder.constant(BigInt64Array.of(0n), [1], "int64");
  return builder.one("RotaryEmbedding", [x, first, cos, sin], x.shape, {
    domain: MICROSOFT,
    attributes: {
      ["num_heads"]: 1,
      ["rotary_embedding_dim"]: 2 * cos.shape[1]!,
      interleaved: 0,
    },
  });
}

/** Rotates with one row per head of a token, because each head has angles of its own. */
function rotatePairs({ builder, inputs: [x, cos, sin] }: KernelCall): Value {
  const [size, half] = [x!.shape.at(-1)!, cos!.shape.at(-1)!];
  const rows = sizeOf(cos!.shape.slice(0, -1));
  const table = (angles: Value) => builder.reshape(angles, [rows, half]);
  const flat = builder.reshape(x!, [sizeOf(x!.shape) / rows / size, rows, size]);
  const turned = rotaryEmbedding(builder, flat, { cos: table(cos!), sin: table(sin!) });
  return builder.reshape(turned, x!.shape);
}

/**
 * softmax(q·kᵀ)·v in blocks that fit the cache.
 *
 * @param tensors q, k, v [N, tokens, heads·d].
 */
export function multiHeadAttention(
  builder: GraphBuilder,
  [q, k, v]: readonly [Value, Value, Value],
  heads: number,
): Value {
  return builder.one("MultiHeadAttention", [q, k, v], q.shape, {
    domain: MICROSOFT,
    attributes: { ["num_heads"]: heads, scale: float(1) },
  });
}

/** ONNX forms by the names of the ops. */
export const FUSED_KERNELS: Readonly<Record<string, TracedKernel>> = {
  RmsNormalize: ({ builder, inputs: [x], attrs }) =>
    rmsNormalization(builder, x!, { scale: unitScale(builder, x!), ...attrs })[0],
  InverseRms: ({ builder, inputs: [x], attrs }) =>
    rmsNormalization(builder, x!, { scale: unitScale(builder, x!), ...attrs })[1],
  GatedGelu: ({ builder, inputs: [value, gate] }) => gatedGelu(builder, value!, gate!),
  RotatePairs: rotatePairs,
  Attend: ({ builder, inputs: [q, k, v] }) => multiHeadAttention(builder, [q!, k!, v!], 1),
};
