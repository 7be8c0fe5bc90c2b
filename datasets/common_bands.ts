/**
 * Bands of a dataset that are read from its files.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import type { RasterFile } from "../rasters/mod.ts";
import type { Listing } from "./sample_files.ts";

/** Number of files whose headers are read, so that one odd file does not decide. */
const LOOKED_AT = 5;

/** Returns the band names of most of the first readable files; none if no file is readable. */
export async function commonBands(
  paths: readonly string[],
  open: (path: string) => Promise<RasterFile>,
): Promise<readonly string[]> {
  const counts = new Map<string, { readonly bands: readonly string[]; count: number }>();
  let read = 0;
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
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.bands ?? [];
}

/**
 * Returns the listing if its bands are known.
 *
 * @throws {InputError} Otherwise, with the reason why its first file cannot be read.
 */
export async function withBands(listing: Listing): Promise<Listing> {
  const [first] = listing.samples;
  if (listing.bands.length > 0 || first === undefined) return listing;
  const { path } = first.target[0]!;
  const file = await listing.open(path);
  await file.close();
  throw new InputError(`Cannot use ${path}: it must have bands, got none`);
}
