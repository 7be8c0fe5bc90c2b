/**
 * Names of files that are written for each date: `{date}` is the day, `{name}` the input's name.
 *
 * @module
 */

import { pathInAddress } from "../files/mod.ts";
import { dateOf } from "../products/mod.ts";
import type { SceneInput } from "./reference.ts";

/** Name of a file without folder and extension. */
function stemOf(path: string): string {
  return pathInAddress(path).replace(/[\\/]+$/, "").replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");
}

/**
 * Path of the file of a date. Where its day is unknown, `{date}` is the index of the input.
 *
 * @throws {RangeError} If there are several dates and the pattern doesn't tell them apart.
 */
export function datedPath(
  pattern: string,
  { inputs, index, flag }: {
    readonly inputs: readonly SceneInput[];
    readonly index: number;
    /** Flag of the pattern, for the message. */
    readonly flag: string;
  },
): string {
  if (inputs.length > 1 && !/\{(?:date|name)\}/.test(pattern)) {
    throw new RangeError(
      `Cannot write an image of each of ${inputs.length} dates: ${flag} must have {date} or {name} ` +
        `in it, as clear_{date}.tif, got ${pattern}`,
    );
  }
  const { path, date = dateOf(path), name = stemOf(path) } = inputs[index]!;
  return pattern.replaceAll("{date}", date ?? `${index}`).replaceAll("{name}", name);
}
