/**
 * Synthetic clouds, haze and shadows over clear rasters, with the mask that matches.
 *
 * In every band b: surface → shadow → haze → cloud,
 *
 *     shaded = path_b + (surface − path_b)·(1 − shade·direct_b)
 *     hazy   = shaded·e^(−τ_b) + hazeReflectance·(1 − e^(−τ_b)),   τ_b = τ·(λ_b/550 nm)^−1.6
 *     cloudy = hazy·(1 − opacity_b) + cloud_b·brightness·opacity_b
 *
 * Rayleigh scattering path_b stays in shadows, which is why they look blue; haze is strongest in the
 * blue; high clouds show in B10 and darken in the short-wave infrared. There is no parallax.
 *
 * @module
 */

import {
  checkOptions,
  type Checks,
  number,
  type PixelArray,
  pixelArray,
  type Raster,
  type Rng,
} from "../core/mod.ts";
import { sentinel2Band } from "./bands.ts";
import { noiseField, quantileAbove, sampleField, smoothstep } from "./noise_field.ts";

/** Options of {@linkcode syntheticClouds}. */
export interface SyntheticCloudsOptions {
  /** Share of pixels under cloud, thin rims included, in [0, 1]. Default 0.4. */
  readonly cover?: number;
  /** Size of the largest clouds in pixels. Default 120. */
  readonly scale?: number;
  /** From a veil (0) to solid cloud (1). Default 0.8. */
  readonly density?: number;
  /** From low water cloud (0) to cirrus (1), which shows in B10. Default 0.2. */
  readonly altitude?: number;
  /** Optical depth of haze at 550 nm, ≥ 0. Default 0.03. */
  readonly haze?: number;
  /** Share of direct sunlight that thick cloud takes from its shadow, in [0, 1]. Default 0.8. */
  readonly shadow?: number;
  /** Distance from a cloud to its shadow, in pixels. Default 30. */
  readonly shadowDistance?: number;
  /** Where the sun stands, degrees clockwise from north (up). Default 150. */
  readonly sunAzimuth?: number;
  /** Brightness of thick cloud relative to the template. Default 1. */
  readonly brightness?: number;
  /** The file number of reflectance 1. Default 10000 (Sentinel-2 DN). */
  readonly white?: number;
}

const DEFAULTS = {
  cover: 0.4,
  scale: 120,
  density: 0.8,
  altitude: 0.2,
  haze: 0.03,
  shadow: 0.8,
  shadowDistance: 30,
  sunAzimuth: 150,
  brightness: 1,
  white: 10000,
} as const;

const CHECKS: Checks<SyntheticCloudsOptions> = {
  cover: number({ min: 0, max: 1 }),
  scale: number({ min: 4 }),
  density: number({ min: 0, max: 1 }),
  altitude: number({ min: 0, max: 1 }),
  haze: number({ min: 0, max: 5 }),
  shadow: number({ min: 0, max: 1 }),
  shadowDistance: number({ min: 0, max: 2000 }),
  sunAzimuth: number({ min: 0, max: 360 }),
  brightness: number({ above: 0, max: 2 }),
  white: number({ above: 0 }),
};

/** What {@linkcode syntheticClouds} gives. */
export interface CloudyRaster {
  /** The raster with clouds, in the same type. */
  readonly cloudy: Raster;
  /** uint8: 0 clear, 1 thick cloud, 2 thin cloud or haze, 3 shadow (the classes of CloudSEN12). */
  readonly mask: Raster;
  /** Share of the surface's light that cloud and haze hide at 550 nm, [height, width]. */
  readonly opacity: Float32Array;
}

/** Classes of {@linkcode CloudyRaster.mask}. */
export const CLOUD_CLASSES = { clear: 0, thick: 1, thin: 2, shadow: 3 } as const;

const THICK_OPACITY = 0.6;
const THIN_OPACITY = 0.1;
const SHADOW_SHADE = 0.25;

/** Exponent of the haze's wavelength dependence, between aerosol (1.3) and small smoke (2). */
const HAZE_EXPONENT = 1.6;
const HAZE_REFLECTANCE = 0.48;
/** Rayleigh path reflectance at 443 nm for a mid-latitude sun; falls as λ⁻⁴. */
const RAYLEIGH_443 = 0.1;

/**
 * Top-of-atmosphere reflectance of thick cloud per Sentinel-2 band: low water cloud and high ice
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
const TEMPLATE_ORDER: readonly string[] = "B01 B02 B03 B04 B05 B06 B07 B08 B8A B09 B10 B11 B12"
  .split(" ");

/** What one band needs, in file numbers. */
interface BandOptics {
  readonly cloud: number;
  readonly haze: number;
  /** τ_b/τ. */
  readonly hazeFactor: number;
  readonly path: number;
  /** Share of the surface's light that comes straight from the sun. */
  readonly direct: number;
}

function bandOptics(name: string, options: Required<SyntheticCloudsOptions>): BandOptics {
  const { name: normal, wavelength } = sentinel2Band(name);
  const { altitude, white } = options;
  const index = TEMPLATE_ORDER.indexOf(normal);
  const water = LOW_CLOUD[index]!;
  const ice = HIGH_CLOUD[index]!;
  // Absorption bands see the haze, which lies low, only through the water vapour above it.
  const absorbed = normal === "B10" ? 0.003 : normal === "B09" ? 0.35 : 1;
  const rayleigh = RAYLEIGH_443 * (443 / wavelength) ** 4;
  return {
    cloud: white * (water + (ice - water) * altitude ** (normal === "B10" ? 2 : 1)),
    haze: white * HAZE_REFLECTANCE * absorbed,
    hazeFactor: (wavelength / 550) ** -HAZE_EXPONENT,
    path: white * rayleigh * (normal === "B10" ? 0 : 1),
    direct: 1 - 2.5 * rayleigh - 0.05,
  };
}

/** Per-pixel state of the sky over the raster, [height, width] each. */
interface Sky {
  /** Opacity of cloud. */
  readonly cloud: Float32Array;
  /** Brightness of cloud, about 1. */
  readonly light: Float32Array;
  /** Optical depth of haze at 550 nm. */
  readonly haze: Float32Array;
  /** Loss of direct sunlight, in [0, 1]. */
  readonly shade: Float32Array;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Cloud thickness in standard deviations of the field, 0 where there is none. */
function thickness(size: Size, options: Required<SyntheticCloudsOptions>, rng: Rng): Float32Array {
  const { width, height } = size;
  const { cover, scale, altitude } = options;
  const stretch = 1 + 1.5 * altitude * rng.fork("stretch").uniform();
  const shape = { width, height, scale, octaves: 7, persistence: 0.58, stretch };
  const field = noiseField(shape, rng.fork("cloud"));
  const bend = { width, height, scale: scale / 2, octaves: 2 };
  const bendX = noiseField(bend, rng.fork("bend x"));
  const bendY = noiseField(bend, rng.fork("bend y"));
  const reach = scale / 14;
  const bent = new Float32Array(width * height);
  for (let i = 0; i < bent.length; i++) {
    const x = i % width + reach * bendX[i]!;
    const y = Math.floor(i / width) + reach * bendY[i]!;
    bent[i] = sampleField(field, { width, height, x, y });
  }
  const floor = cover >= 1
    ? bent.reduce((least, value) => Math.min(least, value), Infinity) - 0.6
    : quantileAbove(bent, cover);
  return bent.map((value) => Math.max(0, value - floor));
}

/** The sky over `size`; it is made larger by the shadow's way, so that shadows enter from outside. */
function makeSky(size: Size, options: Required<SyntheticCloudsOptions>, rng: Rng): Sky {
  const { width, height } = size;
  const { density, haze, shadow, shadowDistance, sunAzimuth, brightness } = options;
  const azimuth = sunAzimuth * Math.PI / 180;
  const dx = Math.round(-Math.sin(azimuth) * shadowDistance);
  const dy = Math.round(Math.cos(azimuth) * shadowDistance);
  const wide = { width: width + Math.abs(dx), height: height + Math.abs(dy) };
  const [left, top] = [Math.max(0, dx), Math.max(0, dy)];
  const thick = thickness(wide, options, rng);
  const gain = 0.35 + 5 * density ** 2;
  const patches = noiseField({ ...wide, scale: options.scale / 3, octaves: 4 }, rng.fork("patch"));
  const opacity = thick.map((t, i) =>
    (1 - Math.exp(-gain * t * Math.exp(0.5 * patches[i]!))) * smoothstep(0, 0.25, t)
  );
  const grain = noiseField({ ...size, scale: 10, octaves: 3 }, rng.fork("grain"));
  const veil = noiseField({ ...size, scale: options.scale, octaves: 3 }, rng.fork("haze"));
  const sky: Sky = {
    cloud: new Float32Array(width * height),
    light: new Float32Array(width * height),
    haze: new Float32Array(width * height),
    shade: new Float32Array(width * height),
  };
  const [towardsX, towardsY] = [2 * Math.sin(azimuth), -2 * Math.cos(azimuth)];
  for (let i = 0; i < sky.cloud.length; i++) {
    const x = i % width + left;
    const y = Math.floor(i / width) + top;
    const at = y * wide.width + x;
    const t = thick[at]!;
    const sunny = sampleField(thick, {
      width: wide.width,
      height: wide.height,
      x: x + towardsX,
      y: y + towardsY,
    });
    const relief = Math.min(Math.max((t - sunny) * 0.3, -0.2), 0.12);
    sky.cloud[i] = opacity[at]!;
    sky.light[i] = brightness * (0.6 + 0.46 * (1 - Math.exp(-1.2 * t)) + relief +
      0.025 * grain[i]! * Math.min(t, 1));
    sky.haze[i] = haze * Math.max(0.15, 1 + 0.45 * veil[i]!) +
      0.12 * density * smoothstep(0, 0.3, t);
    sky.shade[i] = shadow * opacity[at - dy * wide.width - dx]!;
  }
  return sky;
}

/** Whether every band of a pixel is nodata. */
function isEmpty(
  data: PixelArray,
  { first, bands, nodata }: {
    readonly first: number;
    readonly bands: number;
    readonly nodata: number;
  },
): boolean {
  for (let b = 0; b < bands; b++) if (data[first + b] !== nodata) return false;
  return true;
}

const LARGEST: Readonly<Record<string, number>> = {
  uint8: 255,
  uint16: 65535,
  int16: 32767,
  uint32: 4294967295,
  int32: 2147483647,
};

/** e^(−τ·factor) for τ in steps of `1/steps` up to `top`, one table per band. */
function transmittances(optics: readonly BandOptics[], top: number): readonly Float32Array[] {
  return optics.map(({ hazeFactor }) =>
    Float32Array.from(
      { length: HAZE_STEPS + 1 },
      (_, i) => Math.exp(-hazeFactor * top * i / HAZE_STEPS),
    )
  );
}

const HAZE_STEPS = 256;

/** Applies the sky to every band. */
function render(raster: Raster, sky: Sky, optics: readonly BandOptics[]): PixelArray {
  const bands = optics.length;
  const out = pixelArray(raster.dtype, raster.data.length);
  const most = LARGEST[raster.dtype];
  const nodata = raster.nodata ?? 0;
  const top = sky.haze.reduce((most, value) => Math.max(most, value), 1e-6);
  const tables = transmittances(optics, top);
  for (let i = 0; i < sky.cloud.length; i++) {
    const first = i * bands;
    if (isEmpty(raster.data, { first, bands, nodata })) {
      for (let b = 0; b < bands; b++) out[first + b] = nodata;
      continue;
    }
    const step = Math.round(sky.haze[i]! / top * HAZE_STEPS);
    const cloud = sky.cloud[i]!;
    const light = sky.light[i]!;
    const shade = sky.shade[i]!;
    for (let b = 0; b < bands; b++) {
      const band = optics[b]!;
      const surface = raster.data[first + b]!;
      const path = Math.min(band.path, 0.9 * surface);
      const shaded = path + (surface - path) * (1 - shade * band.direct);
      const through = tables[b]![step]!;
      const hazy = shaded * through + band.haze * (1 - through);
      const value = hazy + (band.cloud * light - hazy) * cloud;
      out[first + b] = most === undefined ? value : Math.min(Math.max(Math.round(value), 1), most);
    }
  }
  return out;
}

function classify(raster: Raster, sky: Sky): { mask: Uint8Array; opacity: Float32Array } {
  const bands = raster.bands.length;
  const nodata = raster.nodata ?? 0;
  const mask = new Uint8Array(sky.cloud.length);
  const opacity = new Float32Array(sky.cloud.length);
  for (let i = 0; i < mask.length; i++) {
    if (isEmpty(raster.data, { first: i * bands, bands, nodata })) continue;
    const hidden = 1 - (1 - sky.cloud[i]!) * Math.exp(-sky.haze[i]!);
    opacity[i] = hidden;
    mask[i] = hidden >= THICK_OPACITY
      ? CLOUD_CLASSES.thick
      : hidden >= THIN_OPACITY
      ? CLOUD_CLASSES.thin
      : sky.shade[i]! >= SHADOW_SHADE
      ? CLOUD_CLASSES.shadow
      : CLOUD_CLASSES.clear;
  }
  return { mask, opacity };
}

/**
 * Puts clouds, haze and shadows over a clear raster.
 *
 * @param raster Sentinel-2 bands by any of their names (13 bands, RGB, RGB + NIR, …). Pixels whose
 *   bands are all nodata (0 where none is stated) stay as they are.
 * @param rng Decides where the clouds are: the same stream gives the same clouds.
 * @returns The cloudy raster, its mask and the opacity.
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {RangeError} If a band is not a Sentinel-2 band.
 */
export function syntheticClouds(
  raster: Raster,
  rng: Rng,
  options: SyntheticCloudsOptions = {},
): CloudyRaster {
  const checked = checkOptions(options, {
    checks: CHECKS,
    defaults: DEFAULTS,
    path: "$.clouds",
  }) as Required<SyntheticCloudsOptions>;
  const optics = raster.bands.map((band) => bandOptics(band, checked));
  const sky = makeSky(raster, checked, rng);
  const { mask, opacity } = classify(raster, sky);
  const { nodata: _, ...place } = raster;
  return {
    cloudy: { ...raster, data: render(raster, sky, optics) },
    mask: { ...place, bands: ["mask"], dtype: "uint8", data: mask },
    opacity,
  };
}
