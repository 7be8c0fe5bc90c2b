/**
 * Changes of light and vegetation between two dates of the same scene.
 *
 * @module
 */

import {
  normalizeBand,
  type Raster,
  reflectanceScaleOf,
  type Rng,
  sentinel2Band,
} from "../core/mod.ts";

/** Options of {@linkcode otherDay}. */
export interface OtherDayOptions {
  /**
   * Largest relative change of brightness, common to all bands; each adds up to a third of its own.
   */
  readonly jitter: number;
  /** Largest relative change of the near infrared of full vegetation. */
  readonly season: number;
}

/** NDVI of bare ground and of full vegetation. */
const BARE = 0.15;
const GREEN = 0.65;

/**
 * Change of a band, relative to the near infrared, where vegetation grows: the red edge increases
 * with it, red and short-wave infrared decrease. Wavelengths in nm.
 */
function vegetationGain(wavelength: number): number {
  if (wavelength < 600) return -0.2;
  if (wavelength < 690) return -0.6;
  if (wavelength < 720) return 0;
  if (wavelength < 760) return 0.7;
  if (wavelength < 960) return 1;
  if (wavelength < 1400) return 0;
  return -0.5;
}

/**
 * Draws the appearance of a raster on another day.
 *
 * Without red (B04) and near infrared (B08) only the light changes. Values stay above 0, the nodata
 * value.
 */
export function otherDay(
  raster: Raster,
  rng: Rng,
  { jitter, season }: OtherDayOptions,
): Raster {
  const { bands } = raster;
  const common = jitter * (2 * rng.uniform() - 1);
  const light = rng.fork("bands").uniforms(bands.length)
    .map((u) => 1 + common + jitter / 3 * (2 * u - 1));
  const growth = season * (2 * rng.fork("season").uniform() - 1);
  const gains = bands.map((band) => growth * vegetationGain(sentinel2Band(band).wavelength));
  const names = bands.map(normalizeBand);
  const [red, near] = [names.indexOf("B04"), names.indexOf("B08")];
  const data = raster.data.slice();
  const least = reflectanceScaleOf(raster) / 10000;
  for (let first = 0; first < data.length; first += bands.length) {
    let green = 0;
    if (red >= 0 && near >= 0) {
      const [r, n] = [data[first + red]!, data[first + near]!];
      green = Math.min(Math.max(((n - r) / (n + r) - BARE) / (GREEN - BARE), 0), 1);
    }
    for (let b = 0; b < bands.length; b++) {
      const value = data[first + b]! * light[b]! * (1 + green * gains[b]!);
      data[first + b] = Math.max(least, value);
    }
  }
  return { ...raster, data };
}
