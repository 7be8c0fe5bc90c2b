/** `tf.matMul` by our products. @module */

import type { TensorInfo } from "../../tfjs.ts";
import type { Call } from "./call.ts";
import type { MatMulSpec } from "./mat_mul/spec.ts";
import { product } from "./products.ts";
import { sizeOf } from "./run.ts";

/** Attributes of tfjs's product. */
interface MatMulAttrs {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** tf.matMul where no batch axes broadcast but one side's whole batch; undefined elsewhere. */
export function batchMatMul({ inputs, attrs, runner }: Call): TensorInfo | undefined {
  const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
  const { transposeA = false, transposeB = false } = attrs as MatMulAttrs;
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const n = transposeB ? rowsB : columnsB;
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [batchA, batchB] = [sizeOf(outerA), sizeOf(outerB)];
  const batch = Math.max(batchA, batchB);
  const plain = a.dtype === "float32" && b.dtype === "float32" &&
    (batchA === 1 || batchB === 1 || String(outerA) === String(outerB)) &&
    (outerA.length === outerB.length) && m * n * k > 0;
  if (!plain || batch > 65535 || Math.ceil(m / 32) > 65535) return undefined;
  const outer = batchA === batch ? outerA : outerB;
  const spec: MatMulSpec = {
    batch,
    m,
    n,
    k,
    transposeA,
    transposeB,
    sharedA: batchA === 1,
    sharedB: batchB === 1,
  };
  return product(runner, spec, { a, b }, [...outer, m, n]);
}
