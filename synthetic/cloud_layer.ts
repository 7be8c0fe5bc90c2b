/**
 * A random cloud layer: position and thickness of clouds, the haze between them, and their shadows.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";
import { CLOUD_DEFAULTS, type SyntheticCloudsOptions } from "./cloud_options.ts";
import { drawShape } from "./cloud_shape.ts";
import { noiseField, quantileAbove, sampleField, smoothstep } from "./noise_field.ts";

type CloudOptions = Required<SyntheticCloudsOptions>;

/** Clouds, haze and shadows over a raster, pixel by pixel. */
export interface CloudLayer {
  /** Pixels of cloud beyond each border of the raster. */
  readonly margin: number;
  /** Opacity of cloud, [height + 2·margin, width + 2·margin]. */
  readonly cloud: Float32Array;
  /** Brightness of cloud, about 1, of the size of `cloud`. */
  readonly light: Float32Array;
  /** Optical depth of haze at 550 nm, [height, width]. */
  readonly haze: Float32Array;
  /** Loss of direct sunlight, in [0, 1], [height, width]. */
  readonly shade: Float32Array;
}

/** Size of a raster in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Brightness of the darkest side of a cloud, relative to its top. */
const DARKEST = 0.25;

/** Field of cloudiness: noise, or a piece of a real mask. */
function cloudField(size: Size, { scale, altitude, shapes }: CloudOptions, rng: Rng) {
  if (shapes.length > 0) {
    const own = rng.fork("shape");
    return drawShape(shapes[own.integer(shapes.length)]!, size, own.fork("place"));
  }
  const stretch = 1 + 1.5 * altitude * rng.fork("stretch").uniform();
  const shape = { ...size, scale, octaves: 7, persistence: 0.58, stretch };
  return noiseField(shape, rng.fork("cloud"));
}

/** Cloud thickness in standard deviations of the field; 0 where there is no cloud. */
function thickness(size: Size, options: CloudOptions, rng: Rng): Float32Array {
  const { width, height } = size;
  const { cover, scale } = options;
  const field = cloudField(size, options, rng);
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

/**
 * Draws a cloud layer. It is drawn larger than `size`, by the distance of shadows and the margin,
 * so that clouds and shadows enter from outside.
 */
export function drawLayer(
  size: Size,
  options: CloudOptions & { readonly margin: number },
  rng: Rng,
): CloudLayer {
  const { width, height } = size;
  const { density, haze, shadow, shadowDistance, sunAzimuth, brightness, texture, margin } =
    options;
  const azimuth = sunAzimuth * Math.PI / 180;
  const dx = Math.round(-Math.sin(azimuth) * shadowDistance);
  const dy = Math.round(Math.cos(azimuth) * shadowDistance);
  const known = { width: width + 2 * margin, height: height + 2 * margin };
  const wide = { width: known.width + Math.abs(dx), height: known.height + Math.abs(dy) };
  const [left, top] = [Math.max(0, dx), Math.max(0, dy)];
  const thick = thickness(wide, options, rng);
  const gain = 0.35 + 5 * density ** 2;
  const patches = noiseField({ ...wide, scale: options.scale / 3, octaves: 4 }, rng.fork("patch"));
  const opacity = thick.map((t, i) =>
    (1 - Math.exp(-gain * t * Math.exp(0.5 * patches[i]!))) * smoothstep(0, 0.25, t)
  );
  const grain = noiseField({ ...known, scale: 10, octaves: 3 }, rng.fork("grain"));
  const veil = noiseField({ ...size, scale: options.scale, octaves: 3 }, rng.fork("haze"));
  const layer: CloudLayer = {
    margin,
    cloud: new Float32Array(known.width * known.height),
    light: new Float32Array(known.width * known.height),
    haze: new Float32Array(width * height),
    shade: new Float32Array(width * height),
  };
  const [sunX, sunY] = [2 * Math.sin(azimuth), -2 * Math.cos(azimuth)];
  const lumps = 1 + 8 * Math.max(0, texture - CLOUD_DEFAULTS.texture);
  for (let i = 0; i < layer.cloud.length; i++) {
    const x = i % known.width + left;
    const y = Math.floor(i / known.width) + top;
    const at = y * wide.width + x;
    const t = thick[at]!;
    const sunward = sampleField(thick, {
      width: wide.width,
      height: wide.height,
      x: x + sunX,
      y: y + sunY,
    });
    const relief = lumps * Math.min(Math.max((t - sunward) * 0.3, -0.2), 0.12);
    layer.cloud[i] = opacity[at]!;
    layer.light[i] = brightness * Math.max(
      DARKEST,
      0.6 + 0.46 * (1 - Math.exp(-1.2 * t)) + relief + texture * grain[i]! * Math.min(t, 1),
    );
  }
  for (let i = 0; i < layer.haze.length; i++) {
    const x = i % width + left + margin;
    const y = Math.floor(i / width) + top + margin;
    const at = y * wide.width + x;
    const t = thick[at]!;
    layer.haze[i] = haze * Math.max(0.15, 1 + 0.45 * veil[i]!) +
      0.12 * density * smoothstep(0, 0.3, t);
    layer.shade[i] = shadow * opacity[at - dy * wide.width - dx]!;
  }
  return layer;
}
