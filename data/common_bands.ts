/**
 * The bands of a dataset that does not fix them: those of its files.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import type { RasterFile } from "./raster_file.ts";

/** Files that are looked at: one odd file among them does not decide. */
const LOOKED_AT = 5;

/**
 * The band names that most of the first readable files have; none for no files.
 *
 * @throws {InputError} If there are files and none of them can be read: the error of the first.
 */
export async function commonBands(
  paths: readonly string[],
  open: (path: string) => Promise<RasterFile>,
): Promise<readonly string[]> {
  const counts = new Map<string, { readonly bands: readonly string[]; count: number }>();
  let [read, failure] = [0, undefined as InputError | undefined];
  for (const path of new Set(paths)) {
    if (read === LOOKED_AT) break;
    try {
      const file = await open(path);
      const { bands } = file.header;
      await file.close();
      const known = counts.get(bands.join()) ?? { bands, count: 0 };
      known.count++;
      counts.set(bands.join(), known);
      read++;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failure ??= error;
    }
  }
  if (read === 0 && failure !== undefined) throw failure;
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.bands ?? [];
}
