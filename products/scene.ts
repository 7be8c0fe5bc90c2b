/**
 * Open scenes of every form.
 *
 * @module
 */

import type { RasterFile } from "../rasters/mod.ts";
import type { ProductFacts } from "./offsets.ts";

/** An open scene. */
export interface SceneFile extends RasterFile {
  /** Path or address as passed to `openScene`, without query string and password. */
  readonly source: string;
  /**
   * Form of the scene: one raster file, a folder with a file per band, a SAFE product, a STAC item, or
   * an EOPF product (Zarr).
   */
  readonly kind: "raster" | "bands" | "safe" | "stac" | "zarr";
  /** Level, baseline, quantification and offsets, as far as known. */
  readonly product: ProductFacts;
  /** Path of the product's own quality mask, such as its scene classification (SCL). */
  readonly classification?: string;
  /** Source of the scale, if the product's name states it and the file does not. */
  readonly scaling?: string;
  /** Bands that were named by their meaning: "SR_B4 as B04". */
  readonly renamed: readonly string[];
  /** Contradiction between the product's name and its bands. */
  readonly doubt?: string;
  /** Contradiction between the radiometry of a STAC item and of its product. */
  readonly contradiction?: string;
  /** Paths of its files, of a scene whose `source` is no folder of them. */
  readonly parts?: readonly string[];
  /** Acquisition time in RFC 3339, if metadata state it. */
  readonly datetime?: string;
}
