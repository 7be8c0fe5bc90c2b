/**
 * What the bands of a file are called.
 *
 * @module
 */

import { normalizeBand, SENTINEL2_NAMES } from "../core/mod.ts";
import type { GdalMetadata } from "./gdal_metadata.ts";

const isSentinel2 = (name: string) => SENTINEL2_NAMES.includes(normalizeBand(name));

/**
 * Names of a file's bands: those stated, else those given, else for 13 bands Sentinel-2's in the order
 * of SEN12MS-CR, else numbers from 1. Given names replace stated ones that are no Sentinel-2 bands, as
 * "Gray".
 *
 * @param count Bands of the file.
 * @throws {TypeError} If given names are not as many as the bands, or contradict stated ones.
 */
export function bandNames(
  count: number,
  { descriptions }: Pick<GdalMetadata, "descriptions">,
  given?: readonly string[],
): readonly string[] {
  const stated = descriptions.values().some(isSentinel2);
  if (given !== undefined && given.length !== count) {
    throw new TypeError(
      `there must be as many names as bands, ${count}, got ${given.length}: ${given.join(", ")}`,
    );
  }
  const fallback = count === SENTINEL2_NAMES.length && descriptions.size === 0
    ? SENTINEL2_NAMES
    : undefined;
  const names = Array.from(
    { length: count },
    (_, i) => normalizeBand(descriptions.get(i) || (fallback?.[i] ?? `${i + 1}`)),
  );
  const wanted = given?.map(normalizeBand) ?? names;
  if (stated && wanted.some((name, i) => name !== names[i])) {
    throw new TypeError(
      `its bands must be ${wanted.join(", ")} as given, got ${names.join(", ")} stated in the ` +
        `file; leave the names out, or remove its band descriptions`,
    );
  }
  return wanted;
}
