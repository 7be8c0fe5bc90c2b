/**
 * Digests of what datasets draw their samples from, independent of where it is stored.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { sha256Stream } from "../files/mod.ts";
import type { CloudShape, RealCloud } from "../synthetic/mod.ts";

/** Returns 16 hexadecimal digits of the SHA-256 over strings, in order. */
export function stringsDigest(strings: Iterable<string>): string {
  const hash = sha256Stream();
  for (const string of strings) hash.update(`${string}\n`);
  return hash.hex().slice(0, 16);
}

/** Every n-th value is digested: a prime, so that all bands are. */
const STRIDE = 4099;

/** Size and some of the values of an image. */
function thin({ width, height, data }: Pick<Raster, "width" | "height" | "data">): string {
  const count = Math.ceil(data.length / STRIDE);
  return `${width} ${height} ${Array.from({ length: count }, (_, i) => data[i * STRIDE])}`;
}

/** Returns the digest of the dates of each place, of cloud shapes and of real clouds. */
export function placesDigest(
  places: readonly (readonly Raster[])[],
  shapes: readonly CloudShape[],
  clouds: readonly RealCloud[] = [],
): string {
  return stringsDigest([
    ...places.flatMap((dates, i) => dates.map((date) => `${i} ${date.bands} ${thin(date)}`)),
    ...shapes.map(({ field, ...size }) => `shape ${thin({ ...size, data: field })}`),
    ...clouds.map(({ light, ...size }) => `clouds ${thin({ ...size, data: light })}`),
  ]);
}
