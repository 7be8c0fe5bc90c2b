/**
 * Views of the cases of benches/mask_cases.ts: all bands or four of them, as L1C or as L2A under
 * air that differs between dates.
 */

import { createRng, type Raster, SENTINEL2_NAMES } from "../core/mod.ts";

/** Level and bands of a view of a case. */
export const VIEWS = {
  "L1C": { level: "L1C", bands: SENTINEL2_NAMES },
  "L2A": { level: "L2A", bands: SENTINEL2_NAMES.filter((name) => name !== "B10") },
  "RGB + NIR, L1C": { level: "L1C", bands: ["B02", "B03", "B04", "B08"] },
  "RGB + NIR, L2A": { level: "L2A", bands: ["B02", "B03", "B04", "B08"] },
} as const;

/** L1C = a + b·L2A in stored values, from … to …; the bands move together. */
const LINES: Readonly<Record<string, readonly [number, number, number, number]>> = {
  B01: [1000, 1500, 0.60, 0.52],
  B02: [740, 1100, 0.67, 0.59],
  B03: [480, 650, 0.71, 0.63],
  B04: [280, 390, 0.81, 0.75],
  B05: [240, 370, 0.78, 0.73],
  B06: [225, 375, 0.84, 0.79],
  B07: [200, 355, 0.90, 0.84],
  B08: [165, 305, 0.84, 0.80],
  B8A: [155, 315, 0.93, 0.88],
  B09: [90, 255, 0.26, 0.17],
  B11: [25, 110, 0.91, 0.89],
  B12: [10, 75, 0.84, 0.83],
};
/** a and b of a band under air u, from 0 to 1. */
export const line = (band: string, u: number) => {
  const [a0, a1, b0, b1] = LINES[band]!;
  return [a0 + (a1 - a0) * u, b0 + (b1 - b0) * u] as const;
};

/** The rasters of a case in the bands and the level of a view. */
export function viewOf(
  { name }: { readonly name: string },
  rasters: readonly Raster[],
  { level, bands }: { readonly level: "L1C" | "L2A"; readonly bands: readonly string[] },
): readonly Raster[] {
  const rng = createRng([...name].reduce((sum, c) => sum * 31 + c.charCodeAt(0) | 0, 7) >>> 0);
  const air = rng.fork("air").uniform();
  return rasters.map((raster, t) => {
    // The air of each date varies around that of the place.
    const u = 0.6 * air + 0.4 * rng.fork("date").fork(t).uniform();
    const at = bands.map((band) => raster.bands.indexOf(band));
    const lines = bands.map((band) => level === "L2A" ? line(band, u) : [0, 1] as const);
    const data = new Uint16Array(raster.width * raster.height * bands.length);
    for (let i = 0; i < raster.width * raster.height; i++) {
      at.forEach((band, k) => {
        const [a, gain] = lines[k]!;
        const value = (raster.data[i * raster.bands.length + band]! - a) / gain;
        data[i * bands.length + k] = Math.min(Math.max(Math.round(value), 1), 65535);
      });
    }
    return { ...raster, bands, data };
  });
}
