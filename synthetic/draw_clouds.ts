/**
 * Random clouds for training, with kinds of cloud in about the frequencies of Sentinel-2 scenes.
 *
 * @module
 */

import type { Raster, Rng } from "../core/mod.ts";
import type { CloudShape } from "./cloud_shape.ts";
import type { SyntheticCloudsOptions } from "./cloud_options.ts";
import { CLOUD_CLASSES } from "../clouds/mod.ts";
import { syntheticClouds } from "./clouds.ts";

/** Options of {@linkcode drawClouds}. */
export interface DrawCloudsOptions {
  /** Range of the cloud cover of a frame, drawn uniformly. */
  readonly cover: readonly [number, number];
  /** Probability that cloud covers the whole frame. */
  readonly overcast: number;
  /** Probability of a second, thin and high layer above the first. */
  readonly cirrus: number;
  /** Shapes of real clouds. */
  readonly shapes: readonly CloudShape[];
  /** Probability that a cloud has one of these shapes. */
  readonly shapesShare: number;
  /**
   * Variation of clouds around the template in colour, texture, brightness and height (which shifts
   * them between bands), in [0, 1].
   */
  readonly variety: number;
}

/** One frame under clouds. */
export interface CloudedRaster {
  /** The raster with clouds. */
  readonly cloudy: Raster;
  /** 1 where cloud, haze or shadow changes the ground visibly, [height, width]. */
  readonly mask: Uint8Array;
  /** Classes of the clouds alone, [height, width]: 1 thick, 2 thin, else 0. */
  readonly clouds: Uint8Array;
}

const { thick, thin } = CLOUD_CLASSES;

/** Draws the options of the main layer: mostly thick and low, sometimes thin and high. */
function mainLayer(rng: Rng, size: number, options: DrawCloudsOptions): SyntheticCloudsOptions {
  const { cover: [least, most], overcast, shapes, shapesShare } = options;
  const u = rng.fork("sky").uniforms(12);
  const whole = u[0]! < overcast;
  const thin = u[1]! < 0.3;
  return {
    cover: whole ? 1 : least + (most - least) * u[2]!,
    scale: Math.max(4, size * (0.5 + 2 * u[3]! ** 2)),
    density: thin ? 0.05 + 0.4 * u[4]! : 0.55 + 0.45 * u[4]!,
    altitude: thin ? u[5]! : 0.5 * u[5]! ** 2,
    haze: 0.02 + 0.3 * u[6]! ** 4,
    shadow: 0.6 + 0.35 * u[7]!,
    shadowDistance: 4 + Math.min(40, size / 2) * u[8]!,
    sunAzimuth: 360 * u[9]!,
    brightness: 0.7 + 0.4 * u[10]!,
    shapes: u[11]! < shapesShare ? shapes : [],
  };
}

/** Draws the options of cirrus: thin, streaky, bright in B10, with faint shadows. */
function cirrusLayer(rng: Rng, size: number): SyntheticCloudsOptions {
  const u = rng.fork("sky").uniforms(5);
  return {
    cover: 0.2 + 0.7 * u[0]!,
    scale: Math.max(4, size * (0.5 + 1.5 * u[1]!)),
    density: 0.05 + 0.25 * u[2]!,
    altitude: 0.7 + 0.3 * u[3]!,
    haze: 0,
    shadow: 0.15 * u[4]!,
    shadowDistance: Math.min(60, size / 2),
  };
}

/** Parallax in pixels of 10 m per second, for each km of height. */
const PARALLAX = 0.95;

/**
 * Varies a layer around the template: drop size, texture, dark bases, and the parallax of a height
 * in km that matches the altitude.
 */
function varied(
  layer: SyntheticCloudsOptions,
  { variety }: DrawCloudsOptions,
  rng: Rng,
): SyntheticCloudsOptions {
  if (variety === 0) return layer;
  const { altitude = 0, brightness = 1 } = layer;
  const u = rng.fork("variety").uniforms(6);
  const within = (least: number, most: number, at: number) =>
    Math.exp(variety * (Math.log(least) + at * Math.log(most / least)));
  const height = 0.3 + 3 * u[4]! ** 2 + 8 * altitude;
  return {
    ...layer,
    shortwave: within(0.45, 1.15, u[0]!),
    vapour: within(0.5, 1.6, u[1]!),
    texture: 0.025 * within(1, 10, u[2]!),
    brightness: brightness * (1 - 0.35 * variety * u[3]! ** 2),
    tint: 0.05 * variety,
    parallax: variety * PARALLAX * height * (u[5]! < 0.5 ? -1 : 1),
  };
}

/** Adds random clouds to a clear raster. */
export function drawClouds(clear: Raster, rng: Rng, options: DrawCloudsOptions): CloudedRaster {
  const size = Math.max(clear.width, clear.height);
  const layer = varied(mainLayer(rng, size, options), options, rng);
  const first = syntheticClouds(clear, rng.fork("clouds"), layer);
  const mask = Uint8Array.from(first.mask.data, (value) => value === 0 ? 0 : 1);
  const clouds = Uint8Array.from(
    first.mask.data,
    (value) => value === thick || value === thin ? value : 0,
  );
  if (rng.fork("cirrus").uniform() >= options.cirrus) return { cloudy: first.cloudy, mask, clouds };
  const own = rng.fork("cirrus layer");
  const high = varied(cirrusLayer(own, size), options, own);
  const second = syntheticClouds(first.cloudy, own.fork("clouds"), high);
  for (let i = 0; i < mask.length; i++) {
    const value = second.mask.data[i]!;
    if (value !== 0) mask[i] = 1;
    if (value === thick || (value === thin && clouds[i] === 0)) clouds[i] = value;
  }
  return { cloudy: second.cloudy, mask, clouds };
}
