/**
 * Facts of a Sentinel-2 product as GDAL metadata of a file: read and written.
 *
 * @module
 */

import { SENTINEL2_NAMES } from "../core/mod.ts";
import { byBaseline, isBaseline, positive, type ProductFacts, statedOffsets } from "./offsets.ts";

/** Offsets that the tags of a file state: one for all bands, or one per band. */
function offsetsOfTags(
  tags: Readonly<Record<string, string>>,
): ReadonlyMap<string, number> | undefined {
  const all = tags.BOA_ADD_OFFSET ?? tags.RADIO_ADD_OFFSET;
  const offsets = new Map<string, number>();
  for (const [id, band] of SENTINEL2_NAMES.entries()) {
    const short = band.replace(/^B0/, "B");
    const names = ["BOA", "RADIO"].flatMap((kind) =>
      [id, band, short].map((suffix) => `${kind}_ADD_OFFSET_${suffix}`)
    );
    const text = names.map((name) => tags[name]).find((value) => value !== undefined) ?? all;
    const value = Number(text);
    if (text !== undefined && text.trim() !== "" && Number.isFinite(value)) {
      offsets.set(band, value);
    }
  }
  return offsets.size === 0 ? undefined : offsets;
}

/**
 * Reads the facts from the tags of a file.
 *
 * @param where Source of the tags, for messages.
 */
export function factsOfTags(
  tags: Readonly<Record<string, string>>,
  where = "the file's tags",
): ProductFacts {
  const baseline = tags.PROCESSING_BASELINE;
  const quantification = positive(tags.BOA_QUANTIFICATION_VALUE ?? tags.QUANTIFICATION_VALUE);
  const applied = /^true$/i.test(tags["earthsearch:boa_offset_applied"] ?? "");
  const level = /(1C|2A)/.exec(tags.PRODUCT_TYPE ?? tags.PROCESSING_LEVEL ?? "")?.[1];
  const stated = offsetsOfTags(tags);
  const base = isBaseline(baseline) ? byBaseline(baseline, where) : undefined;
  const offsets = stated ?? base?.offsets;
  const phrase = stated === undefined ? base?.phrase : statedOffsets(stated, where);
  return {
    ...(level === undefined ? {} : { level: `L${level}` as "L1C" | "L2A" }),
    ...(base?.baseline === undefined ? {} : { baseline: base.baseline }),
    ...(quantification === undefined ? {} : { quantification }),
    ...(offsets === undefined ? {} : { offsets }),
    ...(applied ? { harmonized: true } : {}),
    evidence: [
      ...(phrase === undefined ? [] : [phrase]),
      ...(applied
        ? [
          `earthsearch:boa_offset_applied=true in ${
            where.replace(/^the file's /, "the ")
          }: already applied`,
        ]
        : []),
    ],
  };
}

/**
 * Formats the facts of a product as GDAL metadata, so that a file written from it keeps them under
 * any name.
 */
export function productTags(
  { level, baseline, quantification, offsets, harmonized, named }: ProductFacts,
): Readonly<Record<string, string>> {
  // The tags are those of Sentinel-2; scale and offset of other products are stated by band.
  if (named !== undefined && named.sensor !== "Sentinel-2") return {};
  const kind = level === "L1C" ? "RADIO" : "BOA";
  const values = [...new Set(offsets?.values())];
  return {
    ...(level === undefined ? {} : { PRODUCT_TYPE: `S2MSI${level.slice(1)}` }),
    ...(baseline === undefined ? {} : { PROCESSING_BASELINE: baseline }),
    ...(quantification === undefined ? {} : { QUANTIFICATION_VALUE: String(quantification) }),
    ...(harmonized === true ? { "earthsearch:boa_offset_applied": "true" } : {}),
    ...(values.length === 1 ? { [`${kind}_ADD_OFFSET`]: String(values[0]) } : {}),
    ...(values.length > 1
      ? Object.fromEntries(
        offsets!.entries().map(([band, value]) => [`${kind}_ADD_OFFSET_${band}`, String(value)]),
      )
      : {}),
  };
}
