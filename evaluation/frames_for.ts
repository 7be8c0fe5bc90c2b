/**
 * Choice of frames for a model of a given length.
 *
 * @module
 */

import type { Sample } from "../datasets/mod.ts";

/** Indices of the reference and the first others, `wanted` in all, in the sample's order. */
export function framesFor(
  { length, reference }: Pick<Sample, "length" | "reference">,
  wanted: number,
): readonly number[] {
  const others = Array.from({ length }, (_, l) => l).filter((l) => l !== reference);
  return [reference, ...others.slice(0, wanted - 1)].sort((a, b) => a - b);
}
