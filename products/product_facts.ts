/**
 * Facts of a Sentinel-2 product: level, processing baseline, quantification, and the offset in the
 * digital numbers (DN) of baselines from 04.00 on.
 *
 * The baseline determines the offset, not the sensing date: reprocessed products of older dates
 * have it too.
 *
 * @module
 */

import { SENTINEL2_NAMES } from "../core/mod.ts";

/** Facts of a product; unknown ones are undefined. */
export interface ProductFacts {
  /** Top-of-atmosphere (L1C) or surface (L2A) reflectance. */
  readonly level?: "L1C" | "L2A";
  /** Processing baseline, as "05.09". */
  readonly baseline?: string;
  /** Digital number of reflectance 1, such as 10000. */
  readonly quantification?: number;
  /** Offset to add to the digital numbers of each band, by name: -1000 or 0. */
  readonly offsets?: ReadonlyMap<string, number>;
  /** True if the provider has already added the offset. */
  readonly harmonized?: boolean;
  /** Sources of the facts, one short phrase each. */
  readonly evidence: readonly string[];
}

/** Sources of the facts of a product. */
interface ProductSources {
  /** Path or address, which may contain the name of the product anywhere. */
  readonly path: string;
  /** Content of MTD_MSIL1C.xml or MTD_MSIL2A.xml. */
  readonly xml?: string;
  /** GDAL metadata of the file. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The first baseline with the offset. */
const OFFSET_BASELINE = 4;
const OFFSET = -1000;
/** Sen2Cor run by a user writes N9999, which leaves the baseline unknown. */
const OWN_BASELINE = "99.99";

const PRODUCT_NAME = /S2[A-Z]_MSI(L1C|L2A)_\d{8}T\d{6}_N(\d{2})(\d{2})_/g;
const LEVEL_NAME = /(?:^|[_./\\-])(L1C|L2A)(?:[_./\\-]|$)/;
const HARMONIZED_NAME = /S2(?:_SR|_TOA)?_HARMONI[SZ]ED/i;

function everyBand(offset: number): ReadonlyMap<string, number> {
  return new Map(SENTINEL2_NAMES.map((band) => [band, offset]));
}

function signed(offset: number): string {
  return offset === 0 ? "no offset" : `${offset} DN`;
}

/** Offsets of a baseline, with their source. */
function byBaseline(baseline: string, where: string): Omit<ProductFacts, "evidence"> & {
  readonly phrase: string;
} {
  if (baseline === OWN_BASELINE) {
    return { phrase: `N9999 in ${where}: processed by a user, baseline unknown` };
  }
  const offset = Number(baseline) >= OFFSET_BASELINE ? OFFSET : 0;
  const phrase = `N${baseline.replace(".", "")} in ${where}: ${signed(offset)}`;
  return { baseline, offsets: everyBand(offset), phrase };
}

function factsOfName(path: string): ProductFacts {
  // The innermost of several names, such as those of a crop in the folder of its product.
  const [, level, major, minor] = [...path.matchAll(PRODUCT_NAME)].at(-1) ?? [];
  const loose = LEVEL_NAME.exec(path)?.[1];
  const harmonized = HARMONIZED_NAME.test(path);
  const evidence = harmonized ? ["HARMONIZED in the name: offset already applied"] : [];
  if (level === undefined) {
    return {
      ...(loose === undefined ? {} : { level: loose as "L1C" | "L2A" }),
      ...(harmonized ? { harmonized } : {}),
      evidence,
    };
  }
  const { phrase, ...facts } = byBaseline(`${major}.${minor}`, "the name");
  return {
    level: level as "L1C" | "L2A",
    ...facts,
    ...(harmonized ? { harmonized } : {}),
    evidence: [phrase, ...evidence],
  };
}

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

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}

function isBaseline(text: string | undefined): text is string {
  return text !== undefined && /^\d{2}\.\d{2}$/.test(text);
}

/** The phrase for offsets that are stated band by band. */
function statedOffsets(offsets: ReadonlyMap<string, number>, where: string): string {
  const values = [...new Set(offsets.values())].sort((a, b) => a - b);
  const text = values.length === 1 ? signed(values[0]!) : `${values.join(", ")} DN by band`;
  return `${text} in ${where}`;
}

function factsOfXml(xml: string): ProductFacts {
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

function factsOfTags(tags: Readonly<Record<string, string>>): ProductFacts {
  const where = "the file's tags";
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
      ...(applied ? ["earthsearch:boa_offset_applied=true in the tags: already applied"] : []),
    ],
  };
}

/**
 * Finds the facts of a product in its XML, the tags of its file and its name; earlier sources take
 * precedence.
 *
 * @example
 * ```ts
 * import { productFacts } from "./product_facts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = "S2A_MSIL2A_20180307T100021_N0500_R122_T33TUG_20230904T162417.SAFE";
 * const { level, baseline, offsets, evidence } = productFacts({ path });
 * assertEquals([level, baseline, offsets?.get("B02")], ["L2A", "05.00", -1000]);
 * assertEquals(evidence, ["N0500 in the name: -1000 DN"]);
 * ```
 */
export function productFacts({ path, xml, tags = {} }: ProductSources): ProductFacts {
  const named = factsOfName(`${tags.PRODUCT_URI ?? ""}/${path}`);
  const tagged = factsOfTags(tags);
  const stated: ProductFacts = xml === undefined ? { evidence: [] } : factsOfXml(xml);
  const { evidence: _evidence, ...facts } = { ...named, ...tagged, ...stated };
  // Evidence of the offset from the source that wins; of harmonisation from each.
  const winner = [stated, tagged, named].find(({ offsets }) => offsets !== undefined);
  const evidence = [stated, tagged, named].flatMap((source) =>
    source.evidence.filter((phrase) =>
      source === winner || source.offsets === undefined || /already applied/.test(phrase)
    )
  );
  return { ...facts, evidence };
}

/**
 * Formats the facts of a product as GDAL metadata, so that a file written from it keeps them under
 * any name.
 */
export function productTags(
  { level, baseline, quantification, offsets, harmonized }: ProductFacts,
): Readonly<Record<string, string>> {
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
