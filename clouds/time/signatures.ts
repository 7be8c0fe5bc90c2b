/**
 * Signatures of cloud and shadow in the bands that the comparison in time uses.
 *
 * @module
 */

import { normalizeBand } from "../../core/mod.ts";

/** Effect of cloud and shadow on one band, in top-of-atmosphere reflectance. */
export interface Signature {
  /** Names by which a raster may call the band, the preferred one first. */
  readonly names: readonly string[];
  /** Reflectance of thin cloud and haze if they hid the ground. */
  readonly cloud: number;
  /** Share of direct sunlight in the light on the ground. */
  readonly direct: number;
  /** Reflectance of the air, which stays in shadow (Rayleigh scattering). */
  readonly path: number;
  /** Standard deviation of a prediction from another date that no fit falls below. */
  readonly floor: number;
}

/** Rayleigh reflectance at 443 nm for a mid-latitude sun; proportional to λ⁻⁴. */
const RAYLEIGH_443 = 0.1;

function signature(
  names: readonly string[],
  { wavelength, cloud, floor }: { wavelength: number; cloud: number; floor: number },
): Signature {
  const path = RAYLEIGH_443 * (443 / wavelength) ** 4;
  return { names, cloud, floor, path, direct: 0.95 - 2.5 * path };
}

/** Blue, green, red and near infrared are required, in this order; short-wave infrared helps. */
const SIGNATURES: readonly Signature[] = [
  signature(["B02"], { wavelength: 492, cloud: 0.55, floor: 0.006 }),
  signature(["B03"], { wavelength: 560, cloud: 0.53, floor: 0.006 }),
  signature(["B04"], { wavelength: 665, cloud: 0.55, floor: 0.008 }),
  signature(["B08", "B8A"], { wavelength: 833, cloud: 0.58, floor: 0.015 }),
  signature(["B11"], { wavelength: 1610, cloud: 0.45, floor: 0.012 }),
  signature(["B12"], { wavelength: 2190, cloud: 0.33, floor: 0.012 }),
];
/** Number of signatures that need a band. */
const REQUIRED = 4;

/** Bands of a raster that the comparison uses. */
export interface UsedBands {
  readonly signatures: readonly Signature[];
  /** Index of each signature's band in the raster. */
  readonly indices: readonly number[];
}

/** Each signature with the index of its band among those of a raster; -1 without one. */
function bandsOf(bands: readonly string[]) {
  const names = bands.map(normalizeBand);
  const find = (choices: readonly string[]) =>
    names.indexOf(choices.find((name) => names.includes(name)) ?? "");
  return SIGNATURES.map((one) => ({ one, index: find(one.names) }));
}

/**
 * Names of the bands that the comparison reads, of those of a raster; undefined if blue, green, red
 * or near infrared is missing.
 */
export function timeBands(bands: readonly string[]): readonly string[] | undefined {
  const all = bandsOf(bands);
  if (all.slice(0, REQUIRED).some(({ index }) => index < 0)) return undefined;
  return all.filter(({ index }) => index >= 0).map(({ index }) => bands[index]!);
}

/**
 * Finds the bands that the comparison uses.
 *
 * @throws {RangeError} If blue, green, red or near infrared is missing.
 */
export function usedBands(bands: readonly string[]): UsedBands {
  const all = bandsOf(bands);
  const missing = all.slice(0, REQUIRED).filter(({ index }) => index < 0);
  if (missing.length > 0) {
    throw new RangeError(
      `Cannot compare dates for clouds: the rasters must have B02, B03, B04 and B08 (or B8A), got ` +
        `${bands.join(", ")} without ${
          missing.map(({ one }) => one.names.join(" or ")).join(", ")
        }`,
    );
  }
  const found = all.filter(({ index }) => index >= 0);
  return {
    signatures: found.map(({ one }) => one),
    indices: found.map(({ index }) => index),
  };
}
