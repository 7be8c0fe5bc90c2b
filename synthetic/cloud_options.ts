/**
 * Options of synthetic clouds, with their checks and defaults.
 *
 * @module
 */

import { type Checks, number } from "../core/mod.ts";
import { type CloudShape, cloudShapesCheck } from "./cloud_shape.ts";

/** Options of `syntheticClouds`. */
export interface SyntheticCloudsOptions {
  /** Share of pixels under cloud, including thin rims, in [0, 1]. Default 0.4. */
  readonly cover?: number;
  /** Size of the largest clouds in pixels. Default 120. */
  readonly scale?: number;
  /** Density, from a veil (0) to solid cloud (1). Default 0.8. */
  readonly density?: number;
  /** Altitude, from low water cloud (0) to cirrus (1), which is visible in B10. Default 0.2. */
  readonly altitude?: number;
  /** Optical depth of haze at 550 nm, ≥ 0. Default 0.03. */
  readonly haze?: number;
  /** Share of direct sunlight that thick cloud blocks, in [0, 1]. Default 0.8. */
  readonly shadow?: number;
  /** Distance from a cloud to its shadow, in pixels. Default 30. */
  readonly shadowDistance?: number;
  /** Azimuth of the sun in degrees clockwise from north (up). Default 150. */
  readonly sunAzimuth?: number;
  /** Brightness of thick cloud relative to the template of its band. Default 1. */
  readonly brightness?: number;
  /** Contrast of lumps within a cloud, relative to its brightness. Default 0.025. */
  readonly texture?: number;
  /**
   * Reflectance of cloud at 1.6 µm relative to the template, and to the power of 1.5 at 2.2 µm:
   * large drops and ice absorb there (Nakajima and King, 1990). Default 1.
   */
  readonly shortwave?: number;
  /** Reflectance of cloud in the water vapour band B09 relative to the template. Default 1. */
  readonly vapour?: number;
  /** Standard deviation of the relative change of cloud brightness in each band. Default 0. */
  readonly tint?: number;
  /**
   * Shift of clouds along the track of Sentinel-2 between bands acquired one second apart, in
   * pixels: 0.95 per km of height at 10 m. Its sign depends on the detector. Default 0.
   */
  readonly parallax?: number;
  /** Shapes of real clouds, one of which is drawn. Default: none; shapes are noise. */
  readonly shapes?: readonly CloudShape[];
}

/** Defaults of the options. */
export const CLOUD_DEFAULTS = {
  cover: 0.4,
  scale: 120,
  density: 0.8,
  altitude: 0.2,
  haze: 0.03,
  shadow: 0.8,
  shadowDistance: 30,
  sunAzimuth: 150,
  brightness: 1,
  texture: 0.025,
  shortwave: 1,
  vapour: 1,
  tint: 0,
  parallax: 0,
  shapes: [] as readonly CloudShape[],
} as const;

/** One check per option. */
export const CLOUD_CHECKS: Checks<SyntheticCloudsOptions> = {
  cover: number({ min: 0, max: 1 }),
  scale: number({ min: 4 }),
  density: number({ min: 0, max: 1 }),
  altitude: number({ min: 0, max: 1 }),
  haze: number({ min: 0, max: 5 }),
  shadow: number({ min: 0, max: 1 }),
  shadowDistance: number({ min: 0, max: 2000 }),
  sunAzimuth: number({ min: 0, max: 360 }),
  brightness: number({ above: 0, max: 2 }),
  texture: number({ min: 0, max: 1 }),
  shortwave: number({ above: 0, max: 2 }),
  vapour: number({ above: 0, max: 3 }),
  tint: number({ min: 0, max: 0.3 }),
  parallax: number({ min: -20, max: 20 }),
  shapes: cloudShapesCheck,
};
