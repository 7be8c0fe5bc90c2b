/**
 * Facts of a Sentinel-2 product in its XML (MTD_MSIL1C.xml, MTD_MSIL2A.xml).
 *
 * @module
 */

import { SENTINEL2_NAMES, xmlAttribute, type XmlElement, xmlElements } from "../core/mod.ts";
import { byBaseline, isBaseline, positive, type ProductFacts, statedOffsets } from "./offsets.ts";

/** Elements that state facts. */
const NAMES: ReadonlySet<string> = new Set([
  ...["PROCESSING_BASELINE", "QUANTIFICATION_VALUE", "BOA_QUANTIFICATION_VALUE"],
  ...["RADIO_ADD_OFFSET", "BOA_ADD_OFFSET"],
]);

/** Offsets by the band_id of RADIO_ADD_OFFSET or BOA_ADD_OFFSET. */
function offsetsOfXml(elements: readonly XmlElement[]): ReadonlyMap<string, number> | undefined {
  const offsets = new Map<string, number>();
  for (const { name, attributes, text } of elements) {
    if (name !== "RADIO_ADD_OFFSET" && name !== "BOA_ADD_OFFSET") continue;
    const id = xmlAttribute(attributes, "band_id")?.trim() ?? "";
    const band = /^\d{1,3}$/.test(id) ? SENTINEL2_NAMES[Number(id)] : undefined;
    const value = text.trim();
    if (band !== undefined && /^-?[\d.]{1,20}$/.test(value)) offsets.set(band, Number(value));
  }
  return offsets.size === 0 ? undefined : offsets;
}

/** Reads the facts from the text of the XML. */
export function factsOfXml(xml: string): ProductFacts {
  const where = "the product's XML";
  const elements = xmlElements(xml).filter(({ name }) => NAMES.has(name)).toArray();
  const textOf = (name: string) => elements.find((element) => element.name === name)?.text.trim();
  const baseline = textOf("PROCESSING_BASELINE");
  const quantification = positive(
    textOf("BOA_QUANTIFICATION_VALUE") ?? textOf("QUANTIFICATION_VALUE"),
  );
  const level = /Level-(1C|2A)_User_Product|<PRODUCT_TYPE>S2MSI(1C|2A)/.exec(xml);
  const stated = offsetsOfXml(elements);
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
