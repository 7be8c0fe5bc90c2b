/**
 * The naming rules of all known products, applied to paths and addresses.
 *
 * @module
 */

import { pathInAddress } from "../files/mod.ts";
import { collection2Surface, hlsName, landsatName } from "./landsat_names.ts";
import { planetscopeName } from "./planetscope_names.ts";
import type { NamedProduct, NamingRule } from "./product_name.ts";
import { muscateName, sentinel2Name } from "./sentinel2_names.ts";

const RULES: readonly NamingRule[] = [
  sentinel2Name,
  landsatName,
  hlsName,
  muscateName,
  planetscopeName,
];

/** Reads one part of a path by the first rule that knows it. */
export function productOfPart(part: string): NamedProduct | undefined {
  for (const rule of RULES) {
    const found = rule(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The parts of a path, or of the path in an address, from the innermost outwards. */
export function partsOf(path: string): readonly string[] {
  return pathInAddress(path).split(/[\\/]/).reverse();
}

/** The product of the innermost part of a path that has the name of one. */
export function productOfPath(path: string): NamedProduct | undefined {
  for (const part of partsOf(path)) {
    const found = productOfPart(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The product whose own band names a file has: SR_B1 to SR_B7 of Landsat Collection 2, which no
 * other product uses.
 */
export function productOfBands(bands: readonly string[]): NamedProduct | undefined {
  const own = bands.filter((band) => /^SR_B[1-7]$/i.test(band));
  if (own.length === 0 || own.length < bands.filter((band) => /^SR_/i.test(band)).length / 2) {
    return undefined;
  }
  const surface = { ...collection2Surface(true), date: null };
  // TM and ETM+ have no SR_B6: without it the bands alone do not tell the sensors apart.
  if (own.some((band) => /6$/.test(band))) return surface;
  const { bands: _bands, ...rest } = surface;
  return { ...rest, sensor: "Landsat" };
}
