/**
 * Facts of a Sentinel-2 product: level, processing baseline, quantification, and the offset in the
 * digital numbers (DN) of baselines from 04.00 on.
 *
 * @module
 */

import { factsOfName } from "./facts_of_name.ts";
import { factsOfTags } from "./facts_of_tags.ts";
import { factsOfXml } from "./facts_of_xml.ts";
import type { ProductFacts } from "./offsets.ts";
import type { NamedProduct } from "./product_name.ts";

/** Sources of the facts of a product. */
interface ProductSources {
  /** Path or address, which may contain the name of the product anywhere. */
  readonly path: string;
  /** Content of MTD_MSIL1C.xml or MTD_MSIL2A.xml. */
  readonly xml?: string;
  /** GDAL metadata of the file. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Source of the tags, for messages. Default "the file's tags". */
  readonly where?: string;
  /** The product, if more is known than its path tells. */
  readonly named?: NamedProduct;
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
export function productFacts(
  { path, xml, tags = {}, where, named: known }: ProductSources,
): ProductFacts {
  const named = factsOfName(`${tags.PRODUCT_URI ?? ""}/${path}`);
  const tagged = factsOfTags(tags, where);
  const stated: ProductFacts = xml === undefined ? { evidence: [] } : factsOfXml(xml);
  const { evidence: _evidence, ...facts } = {
    ...named,
    ...(known === undefined ? {} : { named: known }),
    ...(known?.level === undefined ? {} : { level: known.level }),
    ...tagged,
    ...stated,
  };
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
 * The offset in digital numbers that the name or the tags of a Sentinel-2 file state for all bands;
 * undefined if they state none, or several.
 */
export function statedOffset(
  path: string,
  tags: Readonly<Record<string, string>> = {},
): number | undefined {
  const { offsets, harmonized } = productFacts({ path, tags });
  if (harmonized === true) return 0;
  const values = [...new Set(offsets?.values())];
  return values.length === 1 ? values[0] : undefined;
}
