/**
 * Real clouds over a clear raster.
 *
 * @module
 */

import { pixelArray, type Raster, reflectanceScaleOf, type Rng } from "../core/mod.ts";
import { CLOUD_CLASSES } from "../clouds/mod.ts";
import type { CloudedRaster } from "./draw_clouds.ts";
import type { RealCloud } from "./real_cloud.ts";

/** Opacity from which cloud is masked and from which it is thick, as in `syntheticClouds`. */
const OPACITY = { thin: 0.1, thick: 0.6 } as const;
/** Mean loss of the ground's light from which shadow is masked. */
const LEAST_SHADE = 0.2;

/** Mirrors a position beyond the end back inside. */
function mirrored(position: number, length: number): number {
  const turn = position % (2 * length);
  return turn < length ? turn : 2 * length - 1 - turn;
}

/**
 * Puts a real cloud over a clear raster, from a random position and in one of the eight symmetries of
 * the square; it is mirrored at its borders where the raster is larger.
 *
 * @throws {RangeError} If the cloud has other bands.
 */
export function pasteCloud(clear: Raster, cloud: RealCloud, rng: Rng): CloudedRaster {
  const { width, height, bands, data, dtype } = clear;
  if (cloud.bands.join() !== bands.join()) {
    throw new RangeError(
      `Cannot paste a cloud: it must have the bands ${bands.join(", ")}, got ` +
        cloud.bands.join(", "),
    );
  }
  const depth = bands.length;
  const scale = reflectanceScaleOf(clear);
  const whole = !dtype.startsWith("float");
  const most = dtype === "uint8" ? 255 : dtype === "uint16" ? 65535 : Infinity;
  const symmetry = rng.integer(8, 0);
  const side = Math.max(width, height);
  const [left, top] = [cloud.width, cloud.height].map((length, axis) =>
    rng.integer(Math.max(1, length - side + 1), axis + 1)
  ) as [number, number];
  const out = pixelArray(dtype, data.length);
  const mask = new Uint8Array(width * height);
  const clouds = new Uint8Array(width * height);
  for (let i = 0; i < mask.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const [u, v] = (symmetry & 1) === 0 ? [x, y] : [y, x];
    const column = mirrored(left + ((symmetry & 2) === 0 ? u : side - 1 - u), cloud.width);
    const row = mirrored(top + ((symmetry & 4) === 0 ? v : side - 1 - v), cloud.height);
    const from = row * cloud.width + column;
    const share = cloud.opacity[from]!;
    let loss = 0;
    for (let b = 0; b < depth; b++) {
      const shade = cloud.shade[from * depth + b]!;
      const light = cloud.light[from * depth + b]! * scale;
      const value = data[i * depth + b]! * shade * (1 - share) + light;
      out[i * depth + b] = whole ? Math.min(Math.max(Math.round(value), 1), most) : value;
      loss += (1 - shade) / depth;
    }
    clouds[i] = share >= OPACITY.thick
      ? CLOUD_CLASSES.thick
      : share >= OPACITY.thin
      ? CLOUD_CLASSES.thin
      : 0;
    mask[i] = clouds[i] !== 0 || loss >= LEAST_SHADE ? 1 : 0;
  }
  return { cloudy: { ...clear, data: out }, mask, clouds };
}
