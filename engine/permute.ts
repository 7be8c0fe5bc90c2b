/** Copies of arrays with permuted axes. @module */

import { product } from "../core/mod.ts";

/** Merges axes that stay adjacent and drops axes of size 1. */
export function mergeAxes(
  shape: readonly number[],
  perm: readonly number[],
): { shape: number[]; perm: number[] } {
  const groups: number[][] = [];
  for (const axis of perm) {
    if (shape[axis] === 1) continue;
    const last = groups.at(-1);
    const previous = last?.at(-1);
    const together = previous !== undefined &&
      shape.slice(previous + 1, axis).every((size) => size === 1) && previous < axis;
    if (together) last!.push(axis);
    else groups.push([axis]);
  }
  const order = groups.map((_, i) => i).sort((a, b) => groups[a]![0]! - groups[b]![0]!);
  return {
    shape: order.map((g) => groups[g]!.reduce((size, axis) => size * shape[axis]!, 1)),
    perm: groups.map((_, i) => order.indexOf(i)),
  };
}

/** Run length from which a typed array's own copy is faster than a loop. */
const LONG_RUN = 512;

/** Copies `source` [shape] into `out`, axes in the order `perm`. */
export function copyPermuted(
  out: Float32Array,
  { source, shape, perm }: {
    readonly source: Float32Array;
    readonly shape: readonly number[];
    readonly perm: readonly number[];
  },
): void {
  const strides = shape.map((_, i) => product(shape.slice(i + 1)));
  const sizes = perm.map((axis) => shape[axis]!);
  const steps = perm.map((axis) => strides[axis]!);
  const inner = sizes.at(-1)!;
  const step = steps.at(-1)!;
  const rank = sizes.length;
  const index = new Array<number>(rank).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to += inner) {
    if (step === 1 && inner >= LONG_RUN) {
      out.set(source.subarray(from, from + inner), to);
    } else {
      for (let i = 0, at = from; i < inner; i++, at += step) out[to + i] = source[at]!;
    }
    for (let axis = rank - 2; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      index[axis] = 0;
    }
  }
}
