/**
 * Acquisition dates from file names and addresses.
 *
 * @module
 */

import { partsOf, productOfPart } from "./naming_rules.ts";

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

/** Folders of a date, innermost first: `…/2018/5/7/` of the public buckets. */
function dateOfFolders(parts: readonly string[]): string | undefined {
  for (let i = 0; i + 2 < parts.length; i++) {
    const [day, month, year] = parts.slice(i, i + 3) as [string, string, string];
    if (!/^\d{4}$/.test(year) || !/^\d{1,2}$/.test(month) || !/^\d{1,2}$/.test(day)) continue;
    const padded = [month.padStart(2, "0"), day.padStart(2, "0")] as const;
    if (valid(year, ...padded)) return [year, ...padded].join("-");
  }
  return undefined;
}

/**
 * The acquisition time of a product by its name, such as `2018-07-05T10:30:31Z`; the given day where the
 * name has no time of that day.
 */
export function timeOf(path: string, day: string): string {
  const product = partsOf(path).map(productOfPart).find((one) => one?.date === day);
  return product?.time === undefined ? day : `${day}T${product.time}Z`;
}

/**
 * Finds the acquisition date in a path or address; host and query string are no part of it.
 *
 * The naming rules of products come first: a Sentinel-2 name of before December 2016 begins with the
 * time of its production, and an HLS name has the day of the year. Otherwise the first date of the
 * file name counts, then those of its folders from the innermost outwards, as `2018-03-07` or
 * `20180307`, then folders as `2018/3/7`.
 *
 * @returns The date as `YYYY-MM-DD`, or undefined if the path contains none.
 *
 * @example
 * ```ts
 * import { dateOf } from "./dates.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dateOf("S2B_MSIL2A_20240424T054639_N0510_R048_T43SCS_20240424T080948.SAFE"), "2024-04-24");
 * assertEquals(dateOf("https://host/HLS.L30.T33TUG.2018127T100021.v2.0.B04.tif?st=2026-11-29"), "2018-05-07");
 * ```
 */
export function dateOf(path: string): string | undefined {
  const parts = partsOf(path);
  const products = parts.map(productOfPart);
  const date = products.find((product) => typeof product?.date === "string")?.date;
  if (typeof date === "string") return date;
  // A name whose only date is that of its production says nothing.
  const plain = parts.filter((_, i) => products[i]?.date !== null);
  for (const part of plain) {
    for (const pattern of [DASHED, COMPACT]) {
      for (const [, year = "", month = "", day = ""] of part.matchAll(pattern)) {
        if (valid(year, month, day)) return `${year}-${month}-${day}`;
      }
    }
  }
  return dateOfFolders(plain);
}
