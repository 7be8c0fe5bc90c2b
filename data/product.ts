/**
 * What is known of a Sentinel-2 product: level, processing baseline, quantification and offsets.
 *
 * @module
 */

/** Facts of a product; what nothing tells stays undefined. */
export interface ProductFacts {
  /** Top-of-atmosphere (L1C) or surface (L2A) reflectance. */
  readonly level?: "L1C" | "L2A";
  /** Processing baseline, as "05.09". */
  readonly baseline?: string;
  /** Digital numbers of reflectance 1, as 10000. */
  readonly quantification?: number;
  /** What is added to the digital numbers of each band, by its name: -1000 or 0. */
  readonly offsets?: ReadonlyMap<string, number>;
  /** Whether the provider has already added the offset. */
  readonly harmonized?: boolean;
  /** One short phrase per fact that says where it comes from. */
  readonly evidence: readonly string[];
}
