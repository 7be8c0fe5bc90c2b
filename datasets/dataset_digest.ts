/**
 * Digests of what datasets draw their samples from, without where it lies.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { sha256Stream } from "../files/mod.ts";
import type { CloudShape } from "../synthetic/mod.ts";

/** 16 hexadecimal digits of SHA-256 over texts, in order. */
export function textsDigest(texts: Iterable<string>): string {
  const hash = sha256Stream();
  for (const text of texts) hash.update(`${text}\n`);
  return hash.hex().slice(0, 16);
}

/** Of this many numbers one is looked at: a prime, so that it falls on every band. */
const STRIDE = 4099;

/** Size and some of the numbers of an image. */
function thin({ width, height, data }: Pick<Raster, "width" | "height" | "data">): string {
  const count = Math.ceil(data.length / STRIDE);
  return `${width} ${height} ${Array.from({ length: count }, (_, i) => data[i * STRIDE])}`;
}

/** The digest of the dates of each place, and of shapes of clouds. */
export function placesDigest(
  places: readonly (readonly Raster[])[],
  shapes: readonly CloudShape[],
): string {
  return textsDigest([
    ...places.flatMap((dates, i) => dates.map((date) => `${i} ${date.bands} ${thin(date)}`)),
    ...shapes.map(({ field, ...size }) => `shape ${thin({ ...size, data: field })}`),
  ]);
}
