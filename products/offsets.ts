/**
 * Facts of a Sentinel-2 product, and the offsets in digital numbers (DN) that they state.
 *
 * The baseline determines the offset, not the sensing date: reprocessed products of older dates
 * have it too.
 *
 * @module
 */

import { SENTINEL2_NAMES } from "../core/mod.ts";
import type { NamedProduct } from "./product_name.ts";

/** Facts of a product; unknown ones are undefined. */
export interface ProductFacts {
  /** Top-of-atmosphere (L1C) or surface (L2A) reflectance. */
  readonly level?: "L1C" | "L2A";
  /** Level that the name of a folder suggests, if nothing states one. */
  readonly folderLevel?: "L1C" | "L2A";
  /** Processing baseline, such as "05.09". */
  readonly baseline?: string;
  /** Digital number of reflectance 1, such as 10000. */
  readonly quantification?: number;
  /** Offset to add to the digital numbers of each band, by name: -1000 or 0. */
  readonly offsets?: ReadonlyMap<string, number>;
  /** True if the provider has already added the offset. */
  readonly harmonized?: boolean;
  /** Facts that the product's name states: sensor, bands, scale, fill. */
  readonly named?: NamedProduct;
  /** Sources of the facts, one short phrase each. */
  readonly evidence: readonly string[];
}

/** The first baseline with the offset. */
const OFFSET_BASELINE = 4;
const OFFSET = -1000;
/** Sen2Cor run by a user writes N9999, which leaves the baseline unknown. */
const OWN_BASELINE = "99.99";

function everyBand(offset: number): ReadonlyMap<string, number> {
  return new Map(SENTINEL2_NAMES.map((band) => [band, offset]));
}

function signed(offset: number): string {
  return offset === 0 ? "no offset" : `${offset} DN`;
}

/** Offsets of a baseline, with their source. */
export function byBaseline(baseline: string, where: string): Omit<ProductFacts, "evidence"> & {
  readonly phrase: string;
} {
  if (baseline === OWN_BASELINE) {
    return { phrase: `N9999 in ${where}: processed by a user, baseline unknown` };
  }
  const offset = Number(baseline) >= OFFSET_BASELINE ? OFFSET : 0;
  const phrase = `N${baseline.replace(".", "")} in ${where}: ${signed(offset)}`;
  return { baseline, offsets: everyBand(offset), phrase };
}

/** Parses a positive number; undefined for other text. */
export function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** True for a processing baseline in the form "05.09". */
export function isBaseline(text: string | undefined): text is string {
  return text !== undefined && /^\d{2}\.\d{2}$/.test(text);
}

/** The phrase for offsets that are stated band by band. */
export function statedOffsets(offsets: ReadonlyMap<string, number>, where: string): string {
  const values = [...new Set(offsets.values())].sort((a, b) => a - b);
  const text = values.length === 1 ? signed(values[0]!) : `${values.join(", ")} DN by band`;
  return `${text} in ${where}`;
}
