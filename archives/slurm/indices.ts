/**
 * Numbers of array tasks as Slurm writes them.
 *
 * @module
 */

/**
 * Writes numbers as ranges.
 *
 * @example
 * ```ts
 * import { indexRanges } from "./indices.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(indexRanges([0, 1, 2, 5, 7, 8]), "0-2,5,7-8");
 * ```
 */
export function indexRanges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last !== undefined && number <= last[1] + 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => from === to ? `${from}` : `${from}-${to}`).join(",");
}
