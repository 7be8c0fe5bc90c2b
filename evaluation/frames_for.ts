/**
 * Frames of a sample that a model of a given length takes.
 *
 * @module
 */

import type { Sample } from "../datasets/mod.ts";

/** The reference frame and those before it in the sample's order, then those after: L in all. */
export function framesFor(
  { length, reference }: Pick<Sample, "length" | "reference">,
  wanted: number,
): readonly number[] {
  const others = Array.from({ length }, (_, l) => l).filter((l) => l !== reference);
  return [reference, ...others.slice(0, wanted - 1)].sort((a, b) => a - b);
}
