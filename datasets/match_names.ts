/**
 * Matching of two lists of files by name.
 *
 * @module
 */

import { stemOf } from "../files/mod.ts";

/** Result of {@linkcode matchNames}. */
export interface NameMatch {
  /** Name in the second list by name in the first. */
  readonly pairs: ReadonlyMap<string, string>;
  /** Reason why they cannot be matched. */
  readonly problem?: string;
  /** Remark on the match. */
  readonly note?: string;
}

/** Returns the last number of a name without its leading zeros. */
function numberOf(name: string): string | undefined {
  return /(\d+)\D*$/.exec(stemOf(name))?.[1]?.replace(/^0+(?=\d)/, "");
}

/** Pairs names with the same key; undefined if a key is missing or occurs twice in a list. */
function pairsByKey(
  first: readonly string[],
  second: readonly string[],
  key: (name: string) => string | undefined,
): ReadonlyMap<string, string> | undefined {
  const index = (names: readonly string[]) => new Map(names.map((name) => [key(name), name]));
  const [a, b] = [index(first), index(second)];
  if (a.size < first.length || b.size < second.length || a.has(undefined) || b.has(undefined)) {
    return undefined;
  }
  return new Map(
    [...a].flatMap(([k, name]) => b.has(k) ? [[name, b.get(k)!] as const] : []),
  );
}

/**
 * Matches two sorted lists: by equal names, or by the last number in them, if that matches at least half
 * of the shorter list; otherwise by position, which nothing confirms.
 */
export function matchNames(first: readonly string[], second: readonly string[]): NameMatch {
  const enough = Math.max(1, Math.min(first.length, second.length) / 2);
  for (const key of [stemOf, numberOf]) {
    const pairs = pairsByKey(first, second, key);
    if (pairs === undefined || pairs.size < enough) continue;
    const moved = first.length === second.length
      ? first.find((name, i) => pairs.has(name) && pairs.get(name) !== second[i])
      : undefined;
    if (moved === undefined) return { pairs };
    return {
      pairs,
      note:
        `${moved} belongs to ${pairs.get(moved)} by its name; by its position in the list, as ` +
        `published, it would be paired with ${second[first.indexOf(moved)]}`,
    };
  }
  if (first.length !== second.length) {
    return {
      pairs: new Map(),
      problem: `names do not match, so there must be as many files as in the RGB root, ` +
        `${first.length}, got ${second.length}`,
    };
  }
  return {
    pairs: new Map(first.map((name, i) => [name, second[i]!])),
    ...(first.length > 0 && {
      note: "near infrared is matched by its position in the list only, nothing in the names " +
        `confirms it: ${first[0]} with ${second[0]}`,
    }),
  };
}
