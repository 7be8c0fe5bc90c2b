/**
 * Band names of a file.
 *
 * @module
 */

import { normalizeBand, SENTINEL2_NAMES } from "../core/mod.ts";
import type { GdalMetadata } from "./gdal_metadata.ts";

const isSentinel2 = (name: string) => SENTINEL2_NAMES.includes(normalizeBand(name));

/** Name of the alpha band, which tells where the others have data. */
export const ALPHA_NAME = "alpha";

/**
 * Names the bands of a file: by the descriptions in the file, else by the names given, else 13
 * bands as those of Sentinel-2 in the order of SEN12MS-CR, else by numbers from 1. Given names
 * replace descriptions that are not Sentinel-2 bands, such as "Gray".
 *
 * A band that the file declares as alpha is named so, unless it has a description or `given` names
 * it too: GDAL declares the fourth of four bands of bytes as alpha unasked, and it may be NIR.
 *
 * @param file Number of bands in the file, and the index of the one declared as alpha.
 * @throws {TypeError} If the number of given names differs from the number of bands, or they
 *   contradict descriptions of Sentinel-2 bands.
 */
export function bandNames(
  { count, alpha }: { readonly count: number; readonly alpha?: number | undefined },
  { descriptions }: Pick<GdalMetadata, "descriptions">,
  given?: readonly string[],
): readonly string[] {
  const stated = descriptions.values().some(isSentinel2);
  const colours = alpha === undefined ? count : count - 1;
  if (given !== undefined && given.length !== count && given.length !== colours) {
    throw new TypeError(
      `there must be one name for each of ${count} bands, got ${given.length}: ${given.join(", ")}`,
    );
  }
  const fallback = colours === SENTINEL2_NAMES.length && descriptions.size === 0
    ? SENTINEL2_NAMES
    : undefined;
  const names = Array.from({ length: count }, (_, i) => {
    const unnamed = i === alpha ? ALPHA_NAME : fallback?.[i] ?? `${i + 1}`;
    return normalizeBand(descriptions.get(i) || unnamed);
  });
  const wanted = given === undefined
    ? names
    : given.length === count
    ? given.map(normalizeBand)
    : given.map(normalizeBand).toSpliced(alpha!, 0, ALPHA_NAME);
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
