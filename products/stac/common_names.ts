/**
 * Sentinel-2 bands by the common names of the electro-optical extension (eo).
 *
 * @module
 */

import { normalizeBand, SENTINEL2_BANDS, SENTINEL2_NAMES } from "../../core/mod.ts";

/** Common names of the eo extension, and keys that catalogs derive from them. */
const COMMON: Readonly<Record<string, string>> = {
  coastal: "B01",
  blue: "B02",
  green: "B03",
  red: "B04",
  rededge071: "B05",
  rededge1: "B05",
  rededge075: "B06",
  rededge2: "B06",
  rededge078: "B07",
  rededge3: "B07",
  nir: "B08",
  nir08: "B8A",
  nir09: "B09",
  cirrus: "B10",
  swir16: "B11",
  swir22: "B12",
};
/** Bands that share the common name "rededge". */
const RED_EDGE = ["B05", "B06", "B07"];
const NM_PER_UM = 1000;

/** Band of a common name; "rededge" alone needs the wavelength in µm. */
export function bandOfCommonName(name: string, wavelength?: number): string | undefined {
  const key = name.trim().toLowerCase();
  if (key !== "rededge") return Object.hasOwn(COMMON, key) ? COMMON[key] : undefined;
  if (wavelength === undefined) return undefined;
  const distance = (band: string) =>
    Math.abs(
      SENTINEL2_BANDS.find((one) => one.name === band)!.wavelength - wavelength * NM_PER_UM,
    );
  return RED_EDGE.toSorted((a, b) => distance(a) - distance(b))[0];
}

/** Common name of a Sentinel-2 band; undefined for other bands. */
export function commonNameOf(band: string): string | undefined {
  if (RED_EDGE.includes(band)) return "rededge";
  return Object.entries(COMMON).find(([, one]) => one === band)?.[0];
}

/** Band of a producer's name such as "B2" or "B02_10m"; undefined for other names. */
export function bandOfOwnName(name: string): string | undefined {
  const band = normalizeBand(name.replace(/[_-]\d{2}m$/i, ""));
  return /^b/i.test(name) && SENTINEL2_NAMES.includes(band) ? band : undefined;
}
