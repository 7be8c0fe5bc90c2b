/**
 * Traits of each pixel from which it is classified: its evidence and that of its surroundings.
 *
 * @module
 */

import { windowAverages } from "../window_sums.ts";
import type { Evidence } from "./evidence.ts";
import type { DatePixels } from "./pixels.ts";

/** Number of traits. */
export const TRAITS = 24;
/** Radius of the largest window of a trait, in blocks. */
export const TRAIT_RADIUS = 15;

/** Integers per unit in the sums over windows, which are exact that way. */
const STEPS = 10000;
const WORTH = { least: -1, most: 2 } as const;
/** B10 of pixels without that band. */
const NO_CIRRUS = 0.0015;
const NEAR = 3;
const RED = 2;

/** One window of one date. */
interface TraitInput {
  readonly width: number;
  readonly height: number;
  readonly pixels: DatePixels;
  readonly bands: number;
  readonly evidence: Evidence;
  /** Haze index above that of the other dates. */
  readonly excess: Float32Array;
  /** Sum of the probabilities that the other dates are clear. */
  readonly others: Float32Array;
  /** Haze index of the scene's clear ground. */
  readonly level: number;
  /** How much the haze index of clear ground varies in the scene. */
  readonly spread: number;
  /** Opacity of haze over the whole date. */
  readonly veil: number;
}

/** Computes the traits: planes of [height, width]. */
export function traitsOf(input: TraitInput): readonly Float32Array[] {
  const { width, height, pixels, bands, evidence, excess, others, level, spread, veil } = input;
  const { values, haze, cirrus } = pixels;
  const count = width * height;
  const known = pixels.known.includes(0) ? pixels.known : undefined;
  const plane = (at: (i: number) => number) => {
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) out[i] = at(i);
    return out;
  };
  const limited = (values: Float32Array) =>
    plane((i) => Math.min(Math.max(values[i]!, WORTH.least), WORTH.most));
  const scratch = new Int32Array(count);
  const mean = (values: Float32Array, radius: number) => {
    for (let i = 0; i < count; i++) {
      scratch[i] = known !== undefined && known[i] === 0 ? 0 : Math.round(STEPS * values[i]!);
    }
    return windowAverages(scratch, { width, height, radius, known, unit: 1 / STEPS });
  };
  const opacity = limited(evidence.opacity);
  const shade = limited(evidence.shade);
  const above = limited(excess);
  const cover = plane((i) => Math.min(Math.max(opacity[i]!, 0), 1));
  const shadow = plane((i) => opacity[i]! < 0.1 ? Math.min(Math.max(shade[i]!, 0), 1) : 0);
  const even = (value: number) => new Float32Array(count).fill(value);
  return [
    opacity,
    mean(opacity, 1),
    mean(opacity, 5),
    shade,
    mean(shade, 2),
    above,
    mean(above, 2),
    plane((i) => haze[i]! - level),
    even(veil),
    plane((i) => Math.log10(evidence.opacityWeight[i]! + 1)),
    plane((i) => Math.log10(evidence.shadeWeight[i]! + 1)),
    plane((i) => values[i * bands]!),
    plane((i) => values[i * bands + NEAR]!),
    plane((i) => {
      const sum = values[i * bands + NEAR]! + values[i * bands + RED]!;
      return sum > 0 ? (values[i * bands + NEAR]! - values[i * bands + RED]!) / sum : 0;
    }),
    evidence.near,
    evidence.blue,
    plane((i) => Math.min(others[i]!, 2)),
    mean(cover, TRAIT_RADIUS),
    limited(evidence.most),
    limited(evidence.least),
    cirrus === undefined
      ? even(NO_CIRRUS)
      : plane((i) => Math.min(Math.max(cirrus[i]!, 0), 0.1)),
    mean(above, 5),
    even(spread),
    mean(shadow, 7),
  ];
}
