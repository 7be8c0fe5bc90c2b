/**
 * How each band sees clouds, haze and shadows.
 *
 * @module
 */

import { SENTINEL2_NAMES, sentinel2Band } from "../core/mod.ts";

/** Exponent of the haze's wavelength dependence, between aerosol (1.3) and small smoke (2). */
const HAZE_EXPONENT = 1.6;
const HAZE_REFLECTANCE = 0.48;
/** Rayleigh path reflectance at 443 nm for a mid-latitude sun; falls as λ⁻⁴. */
const RAYLEIGH_443 = 0.1;

/**
 * Top-of-atmosphere reflectance of thick cloud per Sentinel-2 band, in the order of {@linkcode SENTINEL2_NAMES}: low water cloud and high ice
 * cloud, after Sentinel-2 L1C scenes of 2018.
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
 * When a band looks at a place, in seconds after B02, in the order of {@linkcode SENTINEL2_NAMES}: the
 * bands lie side by side in the focal plane (Sentinel-2 products specification, ESA).
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

/** What one band needs, in file numbers. */
export interface BandOptics {
  readonly cloud: number;
  readonly haze: number;
  /** τ_b/τ. */
  readonly hazeFactor: number;
  readonly path: number;
  /** Share of the surface's light that comes straight from the sun. */
  readonly direct: number;
  /** Seconds after B02. */
  readonly delay: number;
}

/** Clouds as a band sees them. */
export interface CloudOptics {
  readonly altitude: number;
  /** Number that stands for reflectance 1. */
  readonly reflectanceScale: number;
  /** See {@linkcode SyntheticCloudsOptions}. */
  readonly shortwave: number;
  readonly vapour: number;
}

/** What large drops, ice and water vapour leave of a template. */
function absorption(name: string, { shortwave, vapour }: CloudOptics): number {
  if (name === "B09") return vapour;
  if (name === "B11") return shortwave;
  return name === "B12" ? shortwave ** 1.5 : 1;
}

/**
 * How a band sees clouds and haze.
 *
 * @throws {RangeError} If it is not a Sentinel-2 band.
 */
export function bandOptics(name: string, clouds: CloudOptics): BandOptics {
  const { altitude, reflectanceScale: scale } = clouds;
  const { name: normal, wavelength } = sentinel2Band(name);
  const index = SENTINEL2_NAMES.indexOf(normal);
  const water = LOW_CLOUD[index]!;
  const ice = HIGH_CLOUD[index]!;
  // Absorption bands see the haze, which lies low, only through the water vapour above it.
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
