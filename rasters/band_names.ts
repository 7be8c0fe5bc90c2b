/**
 * Band names of a file.
 *
 * @module
 */

import { normalizeBand, SENTINEL2_NAMES } from "../core/mod.ts";
import type { GdalMetadata } from "./gdal_metadata.ts";

const isSentinel2 = (name: string) => SENTINEL2_NAMES.includes(normalizeBand(name));

/**
 * Names the bands of a file: by the descriptions in the file, else by the names given, else 13
 * bands as those of Sentinel-2 in the order of SEN12MS-CR, else by numbers from 1. Given names
 * replace descriptions that are not Sentinel-2 bands, such as "Gray".
 *
 * @param count Number of bands in the file.
 * @throws {TypeError} If the number of given names differs from `count`, or they contradict
 *   descriptions of Sentinel-2 bands.
 */
export function bandNames(
  count: number,
  { descriptions }: Pick<GdalMetadata, "descriptions">,
  given?: readonly string[],
): readonly string[] {
  const stated = descriptions.values().some(isSentinel2);
  if (given !== undefined && given.length !== count) {
    throw new TypeError(
      `there must be one name for each of ${count} bands, got ${given.length}: ${given.join(", ")}`,
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
      `its bands must be ${wanted.join(", ")} as given, got the descriptions ${
        names.join(", ")
      }; ` +
        `omit the names, or remove the band descriptions from the file`,
    );
  }
  return wanted;
}
