/**
 * Facts of a product that an item states in its properties, checked against the product's own name.
 *
 * @module
 */

import { pathInAddress } from "../../files/mod.ts";
import { factsOfName } from "../facts_of_name.ts";
import { isBaseline, type ProductFacts } from "../offsets.ts";
import { productFacts } from "../product_facts.ts";
import type { NamedProduct } from "../product_name.ts";
import { shownValue, stacError } from "./document.ts";
import type { StacItem } from "./item.ts";

const DAY_MS = 86_400_000;

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Level of the product, from the fields of the processing extension and of Sentinel-2. */
function levelOf({ properties }: StacItem): "L1C" | "L2A" | undefined {
  const text = textOf(properties["s2:product_type"]) ?? textOf(properties["product:type"]) ??
    textOf(properties["processing:level"]) ?? "";
  const level = /(1C|2A)\b/i.exec(text)?.[1]?.toUpperCase();
  return level === undefined ? undefined : `L${level}` as "L1C" | "L2A";
}

/** Baseline and the name of its field. */
function baselineOf({ properties }: StacItem) {
  for (const field of ["s2:processing_baseline", "processing:version"]) {
    const value = textOf(properties[field]);
    if (isBaseline(value)) return { field, value };
  }
  return undefined;
}

/** True if the provider states that it has applied the offset. */
function isApplied({ properties }: StacItem): boolean {
  return ["earthsearch:boa_offset_applied", "sentinel:boa_offset_applied"].some((field) =>
    properties[field] === true
  );
}

/**
 * Facts of an item's product.
 *
 * @param path Path of an asset, in which the product's name may be.
 * @throws {InputError} If the item's day or baseline contradicts the product's name.
 */
export function factsOfItem(
  item: StacItem,
  { path, named, tags = {} }: {
    readonly path: string;
    readonly named: NamedProduct | undefined;
    /** GDAL metadata of the file. */
    readonly tags?: Readonly<Record<string, string>> | undefined;
  },
): ProductFacts {
  const uri = textOf(item.properties["s2:product_uri"]);
  const whole = [pathInAddress(path), item.id, ...(uri === undefined ? [] : [uri])].join("/");
  const baseline = baselineOf(item);
  const byName = factsOfName(whole).baseline;
  if (baseline !== undefined && byName !== undefined && baseline.value !== byName) {
    throw stacError(
      item.name,
      `properties.${baseline.field} must be ${byName}, as the name of the product says, got ` +
        shownValue(baseline.value),
    );
  }
  const date = named?.date;
  if (typeof date === "string") {
    // The day of a data take may end before the tile is seen.
    const apart = Math.abs(Date.parse(item.day) - Date.parse(date)) / DAY_MS;
    if (apart > 1) {
      throw stacError(
        item.name,
        `properties.datetime must be of ${date}, as the name of the product says, got ${item.day}`,
      );
    }
  }
  const level = levelOf(item);
  return productFacts({
    path: whole,
    ...(named && { named }),
    where: "the STAC item",
    tags: {
      ...tags,
      ...(level !== undefined && { PRODUCT_TYPE: `S2MSI${level.slice(1)}` }),
      ...(baseline !== undefined && { PROCESSING_BASELINE: baseline.value }),
      ...(isApplied(item) && { "earthsearch:boa_offset_applied": "true" }),
    },
  });
}
