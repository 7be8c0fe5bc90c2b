/** Matrix products of TensorFlow.js in ONNX. @module */

import { broadcastShape, sizeOf, type Value } from "../graph.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { TracedKernel } from "../kernel.ts";

function matMul(
  builder: GraphBuilder,
  [a, b]: readonly [Value, Value],
  [transposeA, transposeB]: readonly [boolean, boolean],
): Value {
  const left = transposeA ? builder.swapLast(a) : a;
  const right = transposeB ? builder.swapLast(b) : b;
  const batch = (x: Value) => sizeOf(x.shape.slice(0, -2));
  const product = batch(right) === 1
    ? builder.matMul(left, builder.reshape(right, right.shape.slice(-2)))
    : builder.one("MatMul", [left, right], [
      ...broadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2)),
      left.shape.at(-2)!,
      right.shape.at(-1)!,
    ]);
  const rank = Math.max(a.shape.length, b.shape.length);
  const missing = Array<number>(rank - product.shape.length).fill(1);
  return builder.reshape(product, [...missing, ...product.shape]);
}

/** By the names of TensorFlow.js. */
export const PRODUCT_KERNELS: Readonly<Record<string, TracedKernel>> = {
  BatchMatMul: ({ builder, named: { a, b }, attrs }) =>
    matMul(builder, [a!, b!], [Boolean(attrs.transposeA), Boolean(attrs.transposeB)]),
};
