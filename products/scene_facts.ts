/**
 * Facts of a scene's product, settled against its values and bands, and kept in its tags.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import type { RasterFile, RasterHeader } from "../rasters/mod.ts";
import { productTags } from "./facts_of_tags.ts";
import type { ProductFacts } from "./offsets.ts";
import type { NamedProduct } from "./product_name.ts";

/** Adds tags with the facts of the product; tags of the file take precedence. */
export function withTags(file: RasterFile, product: ProductFacts): RasterFile {
  const tags = { ...productTags(product), ...file.header.tags };
  return {
    ...file,
    header: { ...file.header, tags },
    read: async (options = {}) => ({ ...await file.read(options), tags }),
  };
}

/**
 * Refuses integer values of a product that are no reflectance; whoever converts them writes floats.
 */
export function checkValues(
  path: string,
  { header, product }: {
    readonly header: RasterHeader;
    readonly product: NamedProduct | undefined;
  },
): void {
  if (product?.refusal === undefined || /^float/.test(header.dtype)) return;
  throw new InputError(`Cannot open scene ${path}, ${product.product}: ${product.refusal}`);
}

/**
 * The facts of a product whose name says L2A, but which has B10: the atmospheric correction leaves
 * that band out, so the level is unknown.
 */
export function settledLevel(
  product: ProductFacts,
  { bands, assumedBands }: RasterHeader,
): { readonly product: ProductFacts; readonly doubt?: string } {
  const { level, ...facts } = product;
  const isSentinel2 = product.named === undefined || product.named.sensor === "Sentinel-2";
  if (level !== "L2A" || !isSentinel2 || assumedBands === true || !bands.includes("B10")) {
    return { product };
  }
  return {
    product: facts,
    doubt:
      "its name says L2A, but it has B10, which L2A products lack; its level counts as unknown",
  };
}
