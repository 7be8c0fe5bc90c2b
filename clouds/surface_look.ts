/**
 * The look of surface reflectance (L2A) from the top of a standard atmosphere (L1C), so that the
 * rules for L1C hold for both levels: L1C = a + b·L2A per band, at the middle of the lines fitted
 * on places with both products. a is the light that air scatters, b its transmittance.
 *
 * @module
 */

import { normalizeBand } from "../core/mod.ts";

/** Processing level of the reflectance: top of atmosphere (L1C) or surface (L2A). */
export type ReflectanceLevel = "L1C" | "L2A";

/** a and b of each band; bands that are not listed keep their values. */
const LINES: Readonly<Record<string, readonly [number, number]>> = {
  B01: [0.125, 0.56],
  B02: [0.092, 0.63],
  B03: [0.0565, 0.67],
  B04: [0.0335, 0.78],
  B05: [0.0305, 0.755],
  B06: [0.03, 0.815],
  B07: [0.02775, 0.87],
  B08: [0.0235, 0.82],
  B8A: [0.0235, 0.905],
  B09: [0.01725, 0.215],
  B11: [0.00675, 0.9],
  B12: [0.00425, 0.835],
};

/** Conversion to reflectance per band: stored · scale + offset. */
interface Conversion {
  readonly scales: readonly number[];
  readonly offsets: readonly number[];
}

/** Conversion from stored values to top-of-atmosphere reflectance, for bands of either level. */
export function atmosphereLook(
  bands: readonly string[],
  { scales, offsets, level }: Conversion & { readonly level: ReflectanceLevel },
): Conversion {
  if (level === "L1C") return { scales, offsets };
  const lines = bands.map((band) => LINES[normalizeBand(band)] ?? [0, 1] as const);
  return {
    scales: lines.map(([, b], i) => b * scales[i]!),
    offsets: lines.map(([a, b], i) => a + b * offsets[i]!),
  };
}
