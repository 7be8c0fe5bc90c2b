/**
 * The known name that a misspelled one most likely stands for.
 *
 * @module
 */

/** Edits per letter of the name up to which it counts as a misspelling. */
const TOLERANCE = 0.4;

/**
 * The name with the fewest edits (insertions, deletions, substitutions) from the given one.
 *
 * @returns `undefined` if every name is too different.
 *
 * @example
 * ```ts
 * import { closest } from "./closest.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(closest("samplers", ["schedule", "sampler"]), "sampler");
 * assertEquals(closest("colour", ["schedule", "sampler"]), undefined);
 * ```
 */
export function closest(given: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, edits: edits(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= TOLERANCE * name.length)
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.name;
}

/** The Levenshtein distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
