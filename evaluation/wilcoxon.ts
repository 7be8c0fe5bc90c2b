/**
 * Wilcoxon's signed-rank test of paired differences (Biometrics Bulletin 1945).
 *
 * @module
 */

import { normalCdf } from "./normal.ts";

/** Result of the test. */
export interface SignedRank {
  /** Number of nonzero differences; zeros are left out, as in Wilcoxon's paper. */
  readonly pairs: number;
  /** Sum of the ranks of |d| where d > 0. */
  readonly positive: number;
  /** Sum of the ranks of |d| where d < 0. */
  readonly negative: number;
  /** Two-sided p-value under random signs; 1 if all differences are zero. */
  readonly p: number;
  /** "exact" enumerates all 2ⁿ signs; "normal" approximates, corrected for ties and continuity. */
  readonly method: "exact" | "normal";
}

/** Most pairs for the exact distribution. */
const EXACT_PAIRS = 50;

/** Twice the ranks from 1; ties share their mean rank, so doubling keeps integers. */
function doubledRanks(sizes: readonly number[]): readonly number[] {
  const order = [...sizes.keys()].sort((a, b) => sizes[a]! - sizes[b]!);
  const ranks = new Array<number>(sizes.length);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && sizes[order[end]!] === sizes[order[first]!]) end++;
    for (let i = first; i < end; i++) ranks[order[i]!] = first + 1 + end;
    first = end;
  }
  return ranks;
}

/** Probability that the sum of ranks with random signs is at most `sum`; both doubled. */
function exactTail(ranks: readonly number[], sum: number): number {
  const total = ranks.reduce((a, b) => a + b, 0);
  // Probabilities rather than counts: 2⁵⁰ ways stay exact in float64, and no overflow beyond.
  const chance = new Float64Array(total + 1);
  chance[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let s = reached; s >= 0; s--) {
      chance[s] = (chance[s]! + (s >= rank ? chance[s - rank]! : 0)) / 2;
    }
  }
  return chance.subarray(0, sum + 1).reduce((a, b) => a + b, 0);
}

/** The same probability by the normal approximation. */
function normalTail(ranks: readonly number[], sum: number): number {
  const mean = ranks.reduce((a, b) => a + b, 0) / 2;
  // A doubled rank contributes with probability ½: variance rank²/4, which covers ties.
  const variance = ranks.reduce((a, b) => a + b * b, 0) / 4;
  // Continuity correction: without ties the doubled sum moves in steps of 2.
  return normalCdf((sum + 1 - mean) / Math.sqrt(variance));
}

/**
 * Tests paired differences for symmetry about 0.
 *
 * Up to 50 pairs the distribution is exact, with ties too; beyond, the rank sum is approximated as
 * normal.
 *
 * @throws {RangeError} If a difference is NaN.
 *
 * @example
 * ```ts
 * import { signedRankTest } from "./wilcoxon.ts";
 * import { assertEquals } from "@std/assert";
 *
 * // Of the 2³ signs two are as uneven as this: all above, all below.
 * assertEquals(signedRankTest([1, 2, 3]).p, 0.25);
 * ```
 */
export function signedRankTest(differences: readonly number[]): SignedRank {
  const wrong = differences.find((d) => Number.isNaN(d));
  if (wrong !== undefined) {
    throw new RangeError("Cannot test differences: they must be numbers, got NaN");
  }
  const own = differences.filter((d) => d !== 0);
  const ranks = doubledRanks(own.map(Math.abs));
  const sumOf = (sign: number) =>
    ranks.reduce((sum, rank, i) => sum + (Math.sign(own[i]!) === sign ? rank : 0), 0);
  const [positive, negative] = [sumOf(1), sumOf(-1)];
  const method = own.length <= EXACT_PAIRS ? "exact" : "normal";
  const tail = method === "exact" ? exactTail : normalTail;
  const p = own.length === 0 ? 1 : Math.min(1, 2 * tail(ranks, Math.min(positive, negative)));
  return { pairs: own.length, positive: positive / 2, negative: negative / 2, p, method };
}
