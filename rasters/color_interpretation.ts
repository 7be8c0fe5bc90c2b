/**
 * GDAL's colour interpretation of spectral bands, by which a GIS chooses red, green and blue.
 *
 * @module
 */

import { normalizeBand } from "../core/mod.ts";

/** Names as in GDAL 3.10; earlier versions read those of invisible bands as Undefined. */
const COLORS: Readonly<Record<string, string>> = {
  B01: "Coastal",
  B02: "Blue",
  B03: "Green",
  B04: "Red",
  B05: "RedEdge",
  B06: "RedEdge",
  B07: "RedEdge",
  B08: "NIR",
  B8A: "NIR",
  B09: "NIR",
  B10: "OtherIR",
  B11: "SWIR",
  B12: "SWIR",
};

/**
 * The colour interpretation of each band, "Undefined" where its name is none of Sentinel-2; undefined
 * for a single band, which is shown in grey, and for bands of which none is known.
 */
export function colorInterpretations(bands: readonly string[]): readonly string[] | undefined {
  const colors = bands.map((band) => COLORS[normalizeBand(band)]);
  if (bands.length === 1 || colors.every((color) => color === undefined)) return undefined;
  return colors.map((color) => color ?? "Undefined");
}
