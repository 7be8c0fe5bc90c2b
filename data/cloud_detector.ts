/**
 * The built-in detector of clouds and shadows.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { normalizeBand } from "./bands.ts";
import { windowSums } from "./cloud_windows.ts";
import { CLOUD_CLASSES } from "./synthetic_clouds.ts";

/** Pixels of context on every side that a pixel's class may depend on: nothing farther away matters. */
export const DETECTOR_MARGIN = 64;

/** Options of {@linkcode detectClouds}. */
export interface DetectCloudsOptions {
  /** reflectance = stored · scale + offset, per band. Default 1/10000 (uint8: 1/255). */
  readonly scales?: readonly number[];
  /** See `scales`. Default 0. */
  readonly offsets?: readonly number[];
  /** Ground size of a pixel in metres. Default 10. */
  readonly pixelSize?: number;
}

/** The class where no band has data. */
const NO_DATA = 255;

/**
 * Finds clouds and their shadows by rules on the bands at hand.
 *
 * @returns [height, width] of {@linkcode CLOUD_CLASSES}; 255 where no band has data.
 * @throws {RangeError} If B02, B03 or B04 is missing.
 */
export function detectClouds(raster: Raster, options: DetectCloudsOptions = {}): Uint8Array {
  const { width, height, data, bands: { length: bands } } = raster;
  const whole = raster.dtype === "uint8" ? 1 / 255 : 1 / 10000;
  const scales = options.scales ?? raster.bands.map(() => whole);
  const offsets = options.offsets ?? raster.bands.map(() => 0);
  const names = raster.bands.map(normalizeBand);
  const missing = ["B02", "B03", "B04"].filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new RangeError(
      `Cannot look for clouds: the raster must have B02, B03 and B04, got no ${
        missing.join(", ")
      } among ${raster.bands.join(", ")}`,
    );
  }
  const nodata = raster.nodata ?? 0;
  const index = (name: string) => names.indexOf(name);
  const [ib, ig, ir, ic, is] = ["B02", "B03", "B04", "B10", "B11"].map(index) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const out = new Uint8Array(width * height);
  const cloud = new Uint8Array(width * height);
  for (let i = 0; i < out.length; i++) {
    const first = i * bands;
    let some = false;
    for (let k = 0; k < bands && !some; k++) {
      some = data[first + k] !== nodata && !Number.isNaN(data[first + k]!);
    }
    if (!some) {
      out[i] = NO_DATA;
      continue;
    }
    const at = (k: number) => data[first + k]! * scales[k]! + offsets[k]!;
    const [b, g, r] = [at(ib), at(ig), at(ir)];
    const snow = is >= 0 && g > 0.2 && (g - at(is)) / (g + at(is)) > 0.6;
    const cirrus = ic >= 0 ? at(ic) : 0;
    if (b > 0.25 && b / r > 0.8 && !snow) out[i] = CLOUD_CLASSES.thick;
    else if (cirrus > 0.012 || (b - 0.5 * r > 0.13 && !snow)) out[i] = CLOUD_CLASSES.thin;
    cloud[i] = out[i]! > 0 ? 1 : 0;
  }
  const counts = windowSums(cloud, { width, height, radius: 2 });
  for (let i = 0; i < out.length; i++) {
    if (out[i] !== NO_DATA && counts[i]! < 8) out[i] = CLOUD_CLASSES.clear;
  }
  return out;
}
