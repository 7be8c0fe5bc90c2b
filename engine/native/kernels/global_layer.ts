/** A transformer layer with global attention: whole matrices and attention in one operator. @module */

import type { Value } from "../graph.ts";
import type { KernelCall } from "../kernel.ts";
import { multiHeadAttention, rmsNormalization } from "./fused.ts";
import { feedForward, layerOf, productAndSum, tables, unitAndRotated } from "./layer_parts.ts";

export function globalLayer(call: KernelCall): Value {
  const { builder: b, named } = call;
  const layer = layerOf(call);
  const { heads, size } = layer;
  const [n, height, width, channels] = named.x!.shape as [number, number, number, number];
  const tokens = height * width;
  const norm = (x: Value, scale: Value) => {
    const samples = scale.shape[0]!;
    const { epsilon } = layer;
    if (samples === 1) {
      return rmsNormalization(b, x, { scale: b.reshape(scale, [channels]), epsilon })[0];
    }
    const unit = rmsNormalization(b, x, { scale: b.uniform(1, [channels]), epsilon })[0];
    const each = b.reshape(unit, [samples, n * tokens / samples, channels]);
    return b.reshape(b.binary("Mul", each, b.reshape(scale, [samples, 1, channels])), x.shape);
  };
  const x = b.reshape(named.x!, [n * tokens, channels]);
  const normed = norm(x, named.attentionNorm!);
  const angles = tables(b, named, (table) => table);
  const turned = (weight: Value) => unitAndRotated(b, normed, { weight, layer, angles, images: n });
  const bySequence = (value: Value) => b.reshape(value, [n, tokens, channels]);
  const q = b.binary(
    "Mul",
    b.reshape(turned(layer.q), [n * tokens, heads, size]),
    b.reshape(layer.headScale, [1, heads, 1]),
  );
  const attended = multiHeadAttention(b, [
    bySequence(q),
    bySequence(turned(layer.k)),
    bySequence(b.matMul(normed, layer.v)),
  ], heads);
  const flat = b.reshape(attended, [n * tokens, channels]);
  const middle = productAndSum(b, [flat, layer.out, x]);
  const y = feedForward(b, middle, { normed: norm(middle, named.feedForwardNorm!), layer });
  return b.reshape(y, named.x!.shape);
}
