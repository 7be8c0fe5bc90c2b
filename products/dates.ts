/**
 * Acquisition dates from file names.
 *
 * @module
 */

const DASHED = /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)/g;
const COMPACT = /(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)/g;

function valid(year: string, month: string, day: string): boolean {
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return Number(year) >= 1970 && Number(year) < 2100 &&
    date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
}

/** True for an existing day in the form `2018-03-07`. */
export function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  return day !== undefined && valid(year!, month!, day);
}

/**
 * Finds the first date in a path. The file name is searched first, then its folders from the
 * innermost outwards. Recognizes `2018-03-07`, `20180307` and Sentinel-2 product names (whose first
 * date is the sensing date).
 *
 * @returns The date as `YYYY-MM-DD`, or undefined if the path contains none.
 *
 * @example
 * ```ts
 * import { dateOf } from "./dates.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dateOf("S2B_MSIL2A_20240424T054639_N0510_R048_T43SCS_20240424T080948.SAFE"), "2024-04-24");
 * ```
 */
export function dateOf(path: string): string | undefined {
  for (const part of path.split(/[\\/]/).reverse()) {
    for (const pattern of [DASHED, COMPACT]) {
      for (const [, year = "", month = "", day = ""] of part.matchAll(pattern)) {
        if (valid(year, month, day)) return `${year}-${month}-${day}`;
      }
    }
  }
  return undefined;
}
