/** Differences from GDAL that do no harm, with the reason why. */

import type { Comparison } from "./outcome.ts";

interface Harmless {
  readonly kind: "refused" | "differs";
  readonly detail: RegExp;
  /** Facts of our raster and of GDAL's. */
  readonly facts?: RegExp;
  readonly reason: string;
}

export const HARMLESS: readonly Harmless[] = [
  {
    kind: "differs",
    detail: /^unstored: /,
    facts: /float(?:32|64) nodata undefined/,
    reason: "blocks that a float file without nodata does not store are missing (NaN), not 0",
  },
  {
    kind: "differs",
    detail: /^validity: \d+ pixels are missing/,
    facts: /nodata \S*\d\S* masked; .* flags (?:2|8)\b/,
    reason: "a pixel is missing by the nodata value or the mask; GDAL ignores nodata beside a mask",
  },
  {
    kind: "differs",
    detail: /^near: /,
    reason: "GDAL takes floats for missing that differ from nodata in their last digits",
  },
  {
    kind: "differs",
    detail: /^validity at the end: /,
    facts: / flags 2\b/,
    reason: "libtiff loses the last samples of a mask's strip that holds more rows than the mask",
  },
  {
    kind: "differs",
    detail: /^values at the end: /,
    facts: /DEFLATE/,
    reason: "libtiff loses the last samples of a strip that holds more rows than the image",
  },
  {
    kind: "differs",
    detail: /^values: /,
    facts: /ZSTD/,
    reason:
      "a damaged Zstandard block without a checksum: versions of the library decode other garbage",
  },
  {
    kind: "differs",
    detail: /^transform: one where GDAL has none/,
    facts: /Maximum number of characters/,
    reason: "a world file with lines that are too long for GDAL still holds six numbers",
  },
  {
    kind: "refused",
    detail: /required "Colormap" field/,
    reason: "a palette without colours: the band holds the indices in either case",
  },
  {
    kind: "refused",
    detail:
      /(?:Incompatible type|Incorrect count) for "(?:RowsPerStrip|TileLength|TileWidth|Orientation)"|Bad value \d+ for "(?:Orientation|RowsPerStrip)" tag/,
    reason: "a damaged tag that says nothing about the stored pixels",
  },
  {
    kind: "refused",
    detail: /TIFFReadEncoded(?:Tile|Strip)\(\) failed.*\(LERC\w*\)/,
    reason: "bytes behind the end of a compressed block are ignored",
  },
  {
    kind: "refused",
    detail: /^crash: /,
    reason: "GDAL itself crashes or hangs",
  },
];

/** The reason why a difference does no harm; undefined if it has none. */
export function harmless(comparison: Comparison): string | undefined {
  if (comparison.kind === "equal") return undefined;
  return HARMLESS.find(({ kind, detail, facts }) =>
    kind === comparison.kind && detail.test(comparison.detail) &&
    (facts?.test(comparison.facts) ?? true)
  )?.reason;
}
