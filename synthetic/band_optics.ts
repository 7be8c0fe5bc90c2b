/**
 * Optical properties of clouds, haze and shadows in each band.
 *
 * @module
 */

import { SENTINEL2_NAMES, sentinel2Band } from "../core/mod.ts";
import type { SyntheticCloudsOptions } from "./cloud_options.ts";

/** Ångström exponent of haze, between aerosol (1.3) and fine smoke (2). */
const HAZE_EXPONENT = 1.6;
/** Reflectance of opaque haze. */
const HAZE_REFLECTANCE = 0.48;
/** Rayleigh path reflectance at 443 nm for a mid-latitude sun; proportional to λ⁻⁴. */
const RAYLEIGH_443 = 0.1;

/**
 * Top-of-atmosphere reflectance of thick cloud in each band of {@linkcode SENTINEL2_NAMES}, for low
 * water cloud and high ice cloud, estimated from Sentinel-2 L1C scenes of 2018.
 */
const LOW_CLOUD: readonly number[] = [
  0.70,
  0.74,
  0.71,
  0.78,
  0.81,
  0.85,
  0.88,
  0.88,
  0.90,
  0.42,
  0.010,
  0.60,
  0.42,
];
const HIGH_CLOUD: readonly number[] = [
  0.80,
  0.78,
  0.72,
  0.77,
  0.77,
  0.79,
  0.81,
  0.79,
  0.82,
  0.52,
  0.25,
  0.36,
  0.31,
];

/**
 * Acquisition time of each band of {@linkcode SENTINEL2_NAMES} in seconds after B02: the detectors
 * of the bands are side by side in the focal plane (Sentinel-2 products specification, ESA).
 */
const DELAYS: readonly number[] = [
  2.314,
  0,
  0.527,
  1.005,
  1.269,
  1.525,
  1.79,
  0.264,
  2.055,
  2.586,
  0.851,
  1.468,
  2.085,
];

/** Optical properties of one band; reflectances in stored values. */
export interface BandOptics {
  /** Reflectance of thick cloud. */
  readonly cloud: number;
  /** Reflectance of opaque haze. */
  readonly haze: number;
  /** Optical depth of haze relative to 550 nm: τ_b/τ. */
  readonly hazeFactor: number;
  /** Path reflectance by Rayleigh scattering. */
  readonly path: number;
  /** Share of direct sunlight in the light on the surface. */
  readonly direct: number;
  /** Acquisition time in seconds after B02. */
  readonly delay: number;
}

/** Properties of a cloud layer that affect its reflectance. */
interface CloudOptics
  extends Required<Pick<SyntheticCloudsOptions, "altitude" | "shortwave" | "vapour">> {
  /** Stored value of reflectance 1. */
  readonly reflectanceScale: number;
}

/** Factor of absorption by large drops, ice and water vapour. */
function absorption(name: string, { shortwave, vapour }: CloudOptics): number {
  if (name === "B09") return vapour;
  if (name === "B11") return shortwave;
  return name === "B12" ? shortwave ** 1.5 : 1;
}

/**
 * Computes the optical properties of a band.
 *
 * @param name Sentinel-2 band by any of its names.
 * @throws {RangeError} If it is not a Sentinel-2 band.
 */
export function bandOptics(name: string, clouds: CloudOptics): BandOptics {
  const { altitude, reflectanceScale: scale } = clouds;
  const { name: normal, wavelength } = sentinel2Band(name);
  const index = SENTINEL2_NAMES.indexOf(normal);
  const water = LOW_CLOUD[index]!;
  const ice = HIGH_CLOUD[index]!;
  // In absorption bands, water vapour above the low haze hides most of it.
  const absorbed = normal === "B10" ? 0.003 : normal === "B09" ? 0.35 : 1;
  const rayleigh = RAYLEIGH_443 * (443 / wavelength) ** 4;
  return {
    cloud: scale * absorption(normal, clouds) *
      (water + (ice - water) * altitude ** (normal === "B10" ? 2 : 1)),
    haze: scale * HAZE_REFLECTANCE * absorbed,
    hazeFactor: (wavelength / 550) ** -HAZE_EXPONENT,
    path: scale * rayleigh * (normal === "B10" ? 0 : 1),
    direct: 1 - 2.5 * rayleigh - 0.05,
    delay: DELAYS[index]!,
  };
}
