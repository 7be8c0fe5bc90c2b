/**
 * Synthetic clouds, haze and shadows over clear rasters, with the matching mask.
 *
 * In every band b: surface → shadow → haze → cloud,
 *
 *     shaded = path_b + (surface − path_b)·(1 − shade·direct_b)
 *     hazy   = shaded·e^(−τ_b) + hazeReflectance·(1 − e^(−τ_b)),   τ_b = τ·(λ_b/550 nm)^−1.6
 *     cloudy = hazy·(1 − opacity) + cloud_b·brightness·opacity
 *
 * Rayleigh scattering path_b remains in shadows, which makes them blue; haze is strongest in the
 * blue; high clouds are visible in B10 and dark in the short-wave infrared. With parallax, the
 * position of clouds differs between bands.
 *
 * @module
 */

import {
  checkOptions,
  type PixelArray,
  pixelArray,
  type Raster,
  reflectanceScaleOf,
  type Rng,
} from "../core/mod.ts";
import { CLOUD_CHECKS, CLOUD_DEFAULTS, type SyntheticCloudsOptions } from "./cloud_options.ts";
import { CLOUD_CLASSES } from "../clouds/mod.ts";
import { type BandOptics, bandOptics } from "./band_optics.ts";
import { type CloudLayer, drawLayer } from "./cloud_layer.ts";

/** Result of {@linkcode syntheticClouds}. */
export interface CloudyRaster {
  /** The raster with clouds, of the same pixel type. */
  readonly cloudy: Raster;
  /**
   * Classes as uint8: 0 clear, 1 thick cloud, 2 thin cloud or haze, 3 shadow (as in CloudSEN12).
   */
  readonly mask: Raster;
  /** Share of the light from the surface that cloud and haze block at 550 nm, [height, width]. */
  readonly opacity: Float32Array;
}

const THICK_OPACITY = 0.6;
const THIN_OPACITY = 0.1;
const SHADOW_SHADE = 0.25;

/** True if every band of a pixel is nodata. */
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

/** Tables of e^(−τ·factor) per band, for `HAZE_STEPS` steps of τ up to `top`. */
function transmittances(optics: readonly BandOptics[], top: number): readonly Float32Array[] {
  return optics.map(({ hazeFactor }) =>
    Float32Array.from(
      { length: HAZE_STEPS + 1 },
      (_, i) => Math.exp(-hazeFactor * top * i / HAZE_STEPS),
    )
  );
}

const HAZE_STEPS = 256;

/** Direction of flight of Sentinel-2 by day, in radians clockwise from north. */
const TRACK = 194 * Math.PI / 180;

/** Shift in pixels, to the right and down. */
interface Shift {
  readonly x: number;
  readonly y: number;
}

/** Shift of the clouds in a band relative to B02. */
function shiftOf({ delay }: BandOptics, parallax: number): Shift {
  const distance = parallax * delay;
  return { x: Math.round(distance * Math.sin(TRACK)), y: Math.round(-distance * Math.cos(TRACK)) };
}

/** Row length of the layer's clouds, and the index of the first pixel in them for each band. */
function lookups({ width }: Raster, { margin }: CloudLayer, shifts: readonly Shift[]) {
  const row = width + 2 * margin;
  return { row, starts: shifts.map(({ x, y }) => (margin - y) * row + margin - x) };
}

/** Renders the layer over every band. */
function render(
  raster: Raster,
  layer: CloudLayer,
  { optics, shifts }: {
    readonly optics: readonly BandOptics[];
    readonly shifts: readonly Shift[];
  },
): PixelArray {
  const bands = optics.length;
  const { row, starts } = lookups(raster, layer, shifts);
  const out = pixelArray(raster.dtype, raster.data.length);
  const most = LARGEST[raster.dtype];
  const nodata = raster.nodata ?? 0;
  const top = layer.haze.reduce((most, value) => Math.max(most, value), 1e-6);
  const tables = transmittances(optics, top);
  for (let i = 0; i < layer.haze.length; i++) {
    const first = i * bands;
    const above = Math.floor(i / raster.width) * row + i % raster.width;
    if (isEmpty(raster.data, { first, bands, nodata })) {
      for (let b = 0; b < bands; b++) out[first + b] = nodata;
      continue;
    }
    const step = Math.round(layer.haze[i]! / top * HAZE_STEPS);
    const shade = layer.shade[i]!;
    for (let b = 0; b < bands; b++) {
      const band = optics[b]!;
      const surface = raster.data[first + b]!;
      const path = Math.min(band.path, 0.9 * surface);
      const shaded = path + (surface - path) * (1 - shade * band.direct);
      const through = tables[b]![step]!;
      const hazy = shaded * through + band.haze * (1 - through);
      const at = above + starts[b]!;
      const value = hazy + (band.cloud * layer.light[at]! - hazy) * layer.cloud[at]!;
      out[first + b] = most === undefined ? value : Math.min(Math.max(Math.round(value), 1), most);
    }
  }
  return out;
}

/** Classifies each pixel by the band with the most cloud. */
function classify(
  raster: Raster,
  layer: CloudLayer,
  shifts: readonly Shift[],
): { mask: Uint8Array; opacity: Float32Array } {
  const bands = raster.bands.length;
  const nodata = raster.nodata ?? 0;
  const mask = new Uint8Array(layer.haze.length);
  const opacity = new Float32Array(layer.haze.length);
  const { row, starts } = lookups(raster, layer, shifts);
  const distinct = [...new Set(starts)];
  for (let i = 0; i < mask.length; i++) {
    if (isEmpty(raster.data, { first: i * bands, bands, nodata })) continue;
    const above = Math.floor(i / raster.width) * row + i % raster.width;
    let cloud = 0;
    for (const start of distinct) cloud = Math.max(cloud, layer.cloud[above + start]!);
    const hidden = 1 - (1 - cloud) * Math.exp(-layer.haze[i]!);
    opacity[i] = hidden;
    mask[i] = hidden >= THICK_OPACITY
      ? CLOUD_CLASSES.thick
      : hidden >= THIN_OPACITY
      ? CLOUD_CLASSES.thin
      : layer.shade[i]! >= SHADOW_SHADE
      ? CLOUD_CLASSES.shadow
      : CLOUD_CLASSES.clear;
  }
  return { mask, opacity };
}

/**
 * Adds clouds, haze and shadows to a clear raster.
 *
 * @param raster Sentinel-2 bands by any of their names (13 bands, RGB, RGB + NIR, …). Pixels whose
 *   bands are all nodata (default 0) are unchanged.
 * @param rng Random stream; the same stream gives the same clouds.
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
    checks: CLOUD_CHECKS,
    defaults: CLOUD_DEFAULTS,
    path: "$.clouds",
  }) as Required<SyntheticCloudsOptions>;
  const tints = rng.fork("tint").normals(raster.bands.length);
  const reflectanceScale = reflectanceScaleOf(raster);
  const optics = raster.bands.map((name, b) => {
    const band = bandOptics(name, { ...checked, reflectanceScale });
    return { ...band, cloud: band.cloud * Math.max(0.2, 1 + checked.tint * tints[b]!) };
  });
  const shifts = optics.map((band) => shiftOf(band, checked.parallax));
  const margin = Math.max(...shifts.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]));
  const layer = drawLayer(raster, { ...checked, margin }, rng);
  const { mask, opacity } = classify(raster, layer, shifts);
  const { nodata: _, reflectanceScale: _scale, ...grid } = raster;
  return {
    cloudy: { ...raster, data: render(raster, layer, { optics, shifts }) },
    mask: { ...grid, bands: ["mask"], dtype: "uint8", data: mask },
    opacity,
  };
}
