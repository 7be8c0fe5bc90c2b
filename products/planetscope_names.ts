/**
 * Names of PlanetScope scenes, with 4 or 8 bands.
 *
 * @module
 */

import { dayOfDigits, type NamedProduct, timeOfDigits } from "./product_name.ts";

const SCENE =
  /(\d{8})_(\d{6})_(?:\d{2}_)?[0-9a-f]{4}_[13][AB]_(AnalyticMS|BasicAnalyticMS|Analytic|Visual|udm2|udm)([A-Za-z0-9_]{0,60})/i;

/** Bands of the SuperDoves by meaning: Planet, "Interoperable with Sentinel-2". */
const EIGHT = ["B01", "B02", "GREEN_I", "B03", "YELLOW", "B04", "B05", "B8A"] as const;
const FOUR = ["B02", "B03", "B04", "B08"] as const;
const NAMES_OF_EIGHT: Readonly<Record<string, string>> = {
  COASTAL_BLUE: "B01",
  BLUE: "B02",
  GREEN: "B03",
  RED: "B04",
  REDEDGE: "B05",
  RED_EDGE: "B05",
  NIR: "B8A",
  // Files that describe the band as "nir" are read with the name of the broad NIR band.
  B08: "B8A",
};

/** Reads a name of a PlanetScope file. */
export function planetscopeName(part: string): NamedProduct | undefined {
  const [, digits = "", time = "", asset = "", rest = ""] = SCENE.exec(part) ?? [];
  if (asset === "") return undefined;
  const common = {
    sensor: "PlanetScope",
    date: dayOfDigits(digits),
    ...timeOfDigits(time),
  } as const;
  if (/^udm/i.test(asset)) {
    return {
      ...common,
      product: `PlanetScope ${asset.toUpperCase()}`,
      refusal: "it is a mask; pass the image, and the mask with --mask",
    };
  }
  if (/^visual/i.test(asset)) {
    return {
      ...common,
      product: "PlanetScope Visual",
      refusal: "it is a picture of 8 bits with stretched colours; use the surface reflectance " +
        "(AnalyticMS_SR)",
    };
  }
  const isEight = /_8b(?![a-z0-9])/i.test(rest);
  const bands = isEight ? { order: EIGHT, bands: NAMES_OF_EIGHT } : { order: FOUR };
  if (!/_SR(?![a-z0-9])/i.test(rest)) {
    return {
      ...common,
      ...bands,
      product: `PlanetScope ${asset}`,
      fill: 0,
      refusal: "its values are radiance, which becomes reflectance with the coefficients of its " +
        "XML file; use the surface reflectance (AnalyticMS_SR)",
    };
  }
  return {
    ...common,
    ...bands,
    product: `PlanetScope ${asset}_SR`,
    level: "L2A",
    scale: 0.0001,
    offset: 0,
    fill: 0,
  };
}
