/**
 * BatchMatMul for the wasm backend, ten times faster than the shipped kernel.
 *
 * The shipped kernel falls back from XNNPACK to a scalar loop when an operand is transposed or the
 * product is batched. This one transposes first and calls the shipped kernel's fast path batch by
 * batch, on views of the operands.
 *
 * @module
 */

import { product as size } from "../../core/mod.ts";
import { type TensorInfo, tf } from "../tfjs.ts";
import type { BackendWasm } from "./backend.ts";

/** Private members of the backend. */
interface Internals {
  dataIdNextNumber: number;
}

interface Emscripten {
  cwrap(name: string, result: null, args: readonly string[]): unknown;
}

/** a, b: id, shape, rank each; transposeA, transposeB; out id. */
const ARGUMENTS = [
  ...["number", "array", "number"],
  ...["number", "array", "number"],
  ...["number", "number", "number"],
];

type Product = (
  aId: number,
  aShape: Uint8Array,
  aRank: number,
  bId: number,
  bShape: Uint8Array,
  bRank: number,
  transposeA: boolean,
  transposeB: boolean,
  outId: number,
) => void;

/** Replaces the kernel; to be called once, after the backend is set. */
export function repairBatchMatMul(): void {
  const backend = tf.backend() as BackendWasm;
  const { cwrap } = backend.wasm as unknown as Emscripten;
  const product = cwrap("BatchMatMul", null, ARGUMENTS) as Product;
  tf.unregisterKernel("BatchMatMul", "wasm");
  tf.registerKernel({
    kernelName: "BatchMatMul",
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs }) => {
      const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
      const { transposeA, transposeB } = attrs as { transposeA?: boolean; transposeB?: boolean };
      return multiply(backend, product, {
        a,
        b,
        transposeA: transposeA === true,
        transposeB: transposeB === true,
      });
    },
  });
}

function multiply(
  backend: BackendWasm,
  product: Product,
  { a, b, transposeA, transposeB }: {
    readonly a: TensorInfo;
    readonly b: TensorInfo;
    readonly transposeA: boolean;
    readonly transposeB: boolean;
  },
): TensorInfo {
  if (a.dtype !== "float32" || b.dtype !== "float32") {
    throw new TypeError(
      `Cannot multiply on wasm: both operands must be float32, got ${a.dtype} and ${b.dtype}`,
    );
  }
  const left = transposeA ? transposed(backend, a) : a;
  const right = transposeB ? transposed(backend, b) : b;
  const [rows, inner] = left.shape.slice(-2) as [number, number];
  const [rightInner, columns] = right.shape.slice(-2) as [number, number];
  if (inner !== rightInner) {
    throw new TypeError(
      `Cannot multiply: inner sizes must be equal, got shapes [${a.shape}] and [${b.shape}] ` +
        `with transposeA=${transposeA}, transposeB=${transposeB}`,
    );
  }
  const outerLeft = size(left.shape.slice(0, -2));
  const outerRight = size(right.shape.slice(0, -2));
  const outer = Math.max(outerLeft, outerRight);
  if (outerLeft !== 1 && outerRight !== 1 && batchKey(left) !== batchKey(right)) {
    throw new TypeError(
      `Cannot multiply: batch axes must be equal or 1, got [${a.shape}] and [${b.shape}]`,
    );
  }
  const batch = (outerLeft >= outerRight ? left : right).shape.slice(0, -2);
  const out = backend.makeOutput([...batch, rows, columns], "float32");
  // With one right operand for all batches, a single tall product.
  const calls = outerRight === 1 ? 1 : outer;
  const tall = outerRight === 1 ? outer * rows : rows;
  const views = {
    left: view(backend, left, outerLeft === 1 && outer > 1 ? 0 : tall * inner),
    right: view(backend, right, outerRight === 1 ? 0 : inner * columns),
    out: view(backend, out, tall * columns),
  };
  const leftShape = shapeBytes([1, tall, inner]);
  const rightShape = shapeBytes([1, inner, columns]);
  for (let i = 0; i < calls; i++) {
    const [l, r, o] = [
      views.left.at(i, tall * inner),
      views.right.at(i, inner * columns),
      views.out.at(i, tall * columns),
    ];
    product(l, leftShape, 3, r, rightShape, 3, false, false, o);
    // Disposing the right view also frees the weights that XNNPACK packed for its id.
    for (const id of [l, r, o]) backend.wasm.tfjs.disposeData(id);
  }
  if (left !== a) backend.disposeData(left.dataId);
  if (right !== b) backend.disposeData(right.dataId);
  return out;
}

/** Registers runs of a tensor's elements as tensors of their own with the backend's C++ side. */
function view(backend: BackendWasm, tensor: TensorInfo, stride: number) {
  const { memoryOffset } = backend.dataIdMap.get(tensor.dataId);
  const internals = backend as unknown as Internals;
  return {
    at(i: number, elements: number): number {
      const id = internals.dataIdNextNumber++;
      backend.wasm.tfjs.registerTensor(id, elements, memoryOffset + i * stride * 4);
      return id;
    },
  };
}

function transposed(backend: BackendWasm, x: TensorInfo): TensorInfo {
  const rank = x.shape.length;
  const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  const { kernelFunc } = tf.getKernel("Transpose", "wasm");
  return kernelFunc({ inputs: { x }, attrs: { perm }, backend }) as TensorInfo;
}

/** The batch axes without leading ones. */
function batchKey({ shape }: TensorInfo): string {
  const batch = shape.slice(0, -2);
  return batch.slice(batch.findIndex((n) => n !== 1)).join(",");
}

function shapeBytes(shape: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(shape).buffer);
}
