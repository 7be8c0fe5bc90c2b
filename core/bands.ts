/**
 * Spectral bands by name: the bands of Sentinel-2 and their common aliases.
 *
 * @module
 */

/** One spectral band. */
export interface Band {
  /** Name, such as "B02". */
  readonly name: string;
  /** Centre wavelength in nm. */
  readonly wavelength: number;
  /** Native ground resolution in m. */
  readonly resolution: number;
}

/**
 * The 13 bands of Sentinel-2 L1C in the order of SEN12MS-CR files; wavelengths of Sentinel-2A
 * (ESA, Sentinel-2 Spectral Response Functions 3.0).
 */
export const SENTINEL2_BANDS: readonly Band[] = [
  { name: "B01", wavelength: 442.7, resolution: 60 },
  { name: "B02", wavelength: 492.4, resolution: 10 },
  { name: "B03", wavelength: 559.8, resolution: 10 },
  { name: "B04", wavelength: 664.6, resolution: 10 },
  { name: "B05", wavelength: 704.1, resolution: 20 },
  { name: "B06", wavelength: 740.5, resolution: 20 },
  { name: "B07", wavelength: 782.8, resolution: 20 },
  { name: "B08", wavelength: 832.8, resolution: 10 },
  { name: "B8A", wavelength: 864.7, resolution: 20 },
  { name: "B09", wavelength: 945.1, resolution: 60 },
  { name: "B10", wavelength: 1373.5, resolution: 60 },
  { name: "B11", wavelength: 1613.7, resolution: 20 },
  { name: "B12", wavelength: 2202.4, resolution: 20 },
];

/** Names of {@linkcode SENTINEL2_BANDS} in order. */
export const SENTINEL2_NAMES: readonly string[] = SENTINEL2_BANDS.map(({ name }) => name);

const ALIASES: Readonly<Record<string, string>> = {
  B: "B02",
  BLUE: "B02",
  G: "B03",
  GREEN: "B03",
  R: "B04",
  RED: "B04",
  N: "B08",
  NIR: "B08",
};

/**
 * Normalizes the name of a band: "B1" → "B01", "b8a" → "B8A", "red" → "B04". Other names are
 * returned unchanged.
 *
 * @example
 * ```ts
 * import { normalizeBand } from "./bands.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["B1", "b8a", "B12", "red", "VV"].map(normalizeBand), [
 *   "B01", "B8A", "B12", "B04", "VV",
 * ]);
 * ```
 */
export function normalizeBand(name: string): string {
  const upper = name.trim().toUpperCase();
  const number = /^B(\d{1,2})$/.exec(upper)?.[1];
  if (number !== undefined) return `B${number.padStart(2, "0")}`;
  if (upper === "B8A" || upper === "B08A") return "B8A";
  return ALIASES[upper] ?? name;
}

/** Band at the end of a file name, such as B8A of `T33UUP_…_B8A_20m.jp2`; undefined without one. */
export function bandOfFileName(fileName: string): string | undefined {
  const name = /(?:^|[_.-])(B\d{1,2}|B8A)(?:_\d{2}m)?\.[a-z0-9]+$/i.exec(fileName)?.[1];
  return name === undefined ? undefined : normalizeBand(name);
}

/**
 * Wavelength and resolution of a Sentinel-2 band, by any of its names.
 *
 * @throws {RangeError} If the name is not a Sentinel-2 band.
 */
export function sentinel2Band(name: string): Band {
  const normal = normalizeBand(name);
  const band = SENTINEL2_BANDS.find((candidate) => candidate.name === normal);
  if (band === undefined) {
    throw new RangeError(
      `Cannot interpret band ${name}: it must be one of ${SENTINEL2_NAMES.join(", ")} ` +
        `(or R, G, B, NIR)`,
    );
  }
  return band;
}
