/**
 * Splits of SEN12MS-CR by region of interest: the lists of the benchmark, and two rules that assign a
 * folder to a list.
 *
 * @module
 */

import { SPLIT_NAMES, type SplitName } from "./sample_files.ts";

/** One region of interest: a season's folder and its number. */
export interface Roi {
  /** Such as "ROIs1158_spring". */
  readonly season: string;
  /** Number of the region within its season. */
  readonly number: number;
}

/**
 * Rule that assigns a folder to a list. "exact" compares names. "published" tests for a name of the list
 * as a substring of the path, like the loader behind the published scores: `s1_1` also matches `s1_10`
 * and `s1_106`, so the training split holds regions of the test split.
 */
export type SplitRule = "exact" | "published";

type Lists = Readonly<Record<SplitName, Readonly<Record<string, readonly number[]>>>>;

// deno-fmt-ignore
const LISTS: Lists = {
  train: {
    ROIs1970_fall: [
      1, 3, 4, 6, 11, 14, 19, 22, 26, 27, 28, 30, 31, 33, 35, 37, 39, 40, 41, 42, 57, 64, 71, 77, 81,
      82, 83, 85, 88, 91, 93, 100, 104, 105, 107, 109, 110, 112, 114, 116, 119, 120, 122, 125, 128,
      131, 133, 134, 135, 136, 141, 142, 144, 147, 148, 149,
    ],
    ROIs1158_spring: [
      1, 6, 8, 9, 15, 21, 26, 39, 40, 45, 58, 63, 66, 75, 77, 97, 100, 101, 109, 110, 113, 115, 117,
      119, 120, 121, 124, 126, 128, 132, 134, 141, 142, 145, 147,
    ],
    ROIs1868_summer: [
      4, 7, 11, 15, 25, 27, 31, 36, 40, 42, 43, 47, 55, 56, 72, 76, 86, 87, 89, 90, 93, 95, 100, 101,
      102, 113, 114, 115, 120, 121, 123, 124, 125, 126, 132, 133, 135, 137, 139, 140, 143, 146, 147,
    ],
    ROIs2017_winter: [
      8, 21, 25, 42, 47, 49, 55, 59, 61, 62, 64, 68, 75, 81, 94, 102, 104, 112, 116, 135, 146,
    ],
  },
  val: {
    ROIs2017_winter: [22, 84, 107, 130],
    ROIs1868_summer: [17, 19, 80, 127],
    ROIs1970_fall: [65],
    ROIs1158_spring: [17],
  },
  test: {
    ROIs1158_spring: [31, 44, 106, 123, 140],
    ROIs1868_summer: [73, 119],
    ROIs1970_fall: [139],
    ROIs2017_winter: [63, 108],
  },
};

/** Returns the regions that a split lists. */
export function sen12MsCrRois(split: SplitName): readonly Roi[] {
  return Object.entries(LISTS[split]).flatMap(([season, numbers]) =>
    numbers.map((number) => ({ season, number }))
  );
}

/** Returns the splits of a region's folder; with "published" there may be several. */
export function sen12MsCrSplits(
  { season, number }: Roi,
  rule: SplitRule = "exact",
): readonly SplitName[] {
  const text = String(number);
  return SPLIT_NAMES.filter((split) =>
    (LISTS[split][season] ?? []).some((listed) =>
      rule === "exact" ? listed === number : text.startsWith(String(listed))
    )
  );
}

/**
 * Returns the regions of a split that the published rule also assigns to the training split.
 *
 * @example
 * ```ts
 * import { leakedRois } from "./sen12ms_cr_splits.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([leakedRois("test").length, leakedRois("val").length], [6, 3]);
 * ```
 */
export function leakedRois(split: "val" | "test"): readonly Roi[] {
  return sen12MsCrRois(split).filter((roi) => sen12MsCrSplits(roi, "published").includes("train"));
}
