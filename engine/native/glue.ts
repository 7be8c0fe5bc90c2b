/**
 * Fast sums and products in JavaScript for ops between compiled functions, such as a sampler's step on
 * whole images. The CPU backend computes an index per element.
 *
 * @module
 */

import { product } from "../../core/mod.ts";
import type { BackendValues, TensorDataType, TensorInfo } from "../tfjs.ts";
import { broadcastShape } from "./graph.ts";

/** A backend that holds values. */
interface Holder {
  readSync(dataId: object): BackendValues;
  makeTensorInfo(shape: number[], type: TensorDataType, values: BackendValues): TensorInfo;
}

/** One run: out[i] = f(a[p + i·sa], b[q + i·sb]) with steps 0 or 1. */
type Run = (
  out: Float32Array,
  at: number,
  count: number,
  operands: readonly [Float32Array, number, number, Float32Array, number, number],
) => void;

const RUNS: Readonly<Record<string, Run>> = {
  Add(out, at, count, [a, p, sa, b, q, sb]) {
    for (let i = 0; i < count; i++) out[at + i] = a[p + i * sa]! + b[q + i * sb]!;
  },
  Sub(out, at, count, [a, p, sa, b, q, sb]) {
    for (let i = 0; i < count; i++) out[at + i] = a[p + i * sa]! - b[q + i * sb]!;
  },
  Multiply(out, at, count, [a, p, sa, b, q, sb]) {
    for (let i = 0; i < count; i++) out[at + i] = a[p + i * sa]! * b[q + i * sb]!;
  },
};

/** Runs a binary kernel on float tensors; undefined for other kernels and types. */
export function fastBinary(
  kernelName: string,
  { a, b }: Readonly<Record<string, TensorInfo>>,
  backend: Holder,
): TensorInfo | undefined {
  const run = RUNS[kernelName];
  if (run === undefined || a!.dtype !== "float32" || b!.dtype !== "float32") return undefined;
  const shape = broadcastShape(a!.shape, b!.shape);
  const axes = mergedAxes(shape, [a!.shape, b!.shape]);
  const out = new Float32Array(product(shape));
  const [x, y] = [a!, b!].map(({ dataId }) => backend.readSync(dataId) as Float32Array);
  const { size: count, strides: [sa, sb] } = axes.at(-1)!;
  const outer = axes.slice(0, -1);
  const index = outer.map(() => 0);
  for (let at = 0, p = 0, q = 0; at < out.length; at += count) {
    run(out, at, count, [x!, p, sa, y!, q, sb]);
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const { size, strides } = outer[axis]!;
      p += strides[0];
      q += strides[1];
      if (++index[axis]! < size) break;
      p -= strides[0] * size;
      q -= strides[1] * size;
      index[axis] = 0;
    }
  }
  return backend.makeTensorInfo(shape, "float32", out);
}

interface Axis {
  size: number;
  strides: [number, number];
}

/** Axes of the result, merged where both operands are contiguous; stride 0 where an operand repeats. */
function mergedAxes(
  shape: readonly number[],
  operands: readonly [readonly number[], readonly number[]],
): Axis[] {
  const rank = shape.length;
  const axes: Axis[] = [];
  const ahead: [number, number] = [1, 1];
  for (let i = rank - 1; i >= 0; i--) {
    const sizes = operands.map((one) => one[one.length - rank + i] ?? 1) as [number, number];
    const strides: [number, number] = [
      sizes[0] === 1 ? 0 : ahead[0],
      sizes[1] === 1 ? 0 : ahead[1],
    ];
    ahead[0] *= sizes[0];
    ahead[1] *= sizes[1];
    if (shape[i] === 1) continue;
    const inner = axes[0];
    const together = inner !== undefined &&
      strides.every((stride, j) => stride === inner.strides[j]! * inner.size);
    if (together) inner.size *= shape[i]!;
    else axes.unshift({ size: shape[i]!, strides });
  }
  return axes.length > 0 ? axes : [{ size: 1, strides: [0, 0] }];
}
