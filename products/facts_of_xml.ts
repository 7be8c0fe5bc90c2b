/**
 * Facts of a Sentinel-2 product in its XML (MTD_MSIL1C.xml, MTD_MSIL2A.xml).
 *
 * @module
 */

import { SENTINEL2_NAMES } from "../core/mod.ts";
import { byBaseline, isBaseline, positive, type ProductFacts, statedOffsets } from "./offsets.ts";

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<(?:\\w+:)?${name}\\b[^>]*>\\s*([^<]*?)\\s*</`).exec(xml)?.[1];
}

/** Offsets by the band_id of RADIO_ADD_OFFSET or BOA_ADD_OFFSET. */
function offsetsOfXml(xml: string): ReadonlyMap<string, number> | undefined {
  const offsets = new Map<string, number>();
  const items = xml.matchAll(
    /<(?:\w+:)?(?:RADIO|BOA)_ADD_OFFSET\b[^>]*\bband_id\s*=\s*["'](\d+)["'][^>]*>\s*(-?[\d.]+)\s*</g,
  );
  for (const [, id, value] of items) {
    const band = SENTINEL2_NAMES[Number(id)];
    if (band !== undefined) offsets.set(band, Number(value));
  }
  return offsets.size === 0 ? undefined : offsets;
}

/** Reads the facts from the text of the XML. */
export function factsOfXml(xml: string): ProductFacts {
  const where = "the product's XML";
  const baseline = element(xml, "PROCESSING_BASELINE");
  const quantification = positive(
    element(xml, "BOA_QUANTIFICATION_VALUE") ?? element(xml, "QUANTIFICATION_VALUE"),
  );
  const level = /Level-(1C|2A)_User_Product|<PRODUCT_TYPE>S2MSI(1C|2A)/.exec(xml);
  const stated = offsetsOfXml(xml);
  const base = isBaseline(baseline) ? byBaseline(baseline, where) : undefined;
  const offsets = stated ?? base?.offsets;
  return {
    ...(level === null ? {} : { level: `L${level[1] ?? level[2]}` as "L1C" | "L2A" }),
    ...(base?.baseline === undefined ? {} : { baseline: base.baseline }),
    ...(quantification === undefined ? {} : { quantification }),
    ...(offsets === undefined ? {} : { offsets }),
    evidence: stated !== undefined
      ? [statedOffsets(stated, where)]
      : base === undefined
      ? []
      : [base.phrase],
  };
}
