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
/** Largest window of a trait, in pixels. */
export const TRAIT_RADIUS = 30;

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
  const scratch = new Int32Array(count);
  const mean = (radius: number, at: (i: number) => number) => {
    for (let i = 0; i < count; i++) {
      const value = at(i);
      scratch[i] = known !== undefined && known[i] === 0
        ? 0
        : Math.round(STEPS * Math.min(Math.max(value, WORTH.least), WORTH.most));
    }
    return windowAverages(scratch, { width, height, radius, known, unit: 1 / STEPS });
  };
  const { opacity, shade } = evidence;
  const even = (value: number) => new Float32Array(count).fill(value);
  return [
    mean(1, (i) => opacity[i]!),
    mean(3, (i) => opacity[i]!),
    mean(10, (i) => opacity[i]!),
    mean(1, (i) => shade[i]!),
    mean(4, (i) => shade[i]!),
    mean(1, (i) => excess[i]!),
    mean(5, (i) => excess[i]!),
    mean(1, (i) => haze[i]! - level),
    even(veil),
    evidence.opacityWeight.map((weight) => Math.log10(weight + 1)),
    evidence.shadeWeight.map((weight) => Math.log10(weight + 1)),
    mean(1, (i) => values[i * bands]!),
    mean(1, (i) => values[i * bands + NEAR]!),
    mean(1, (i) => {
      const [near, red] = [values[i * bands + NEAR]!, values[i * bands + RED]!];
      return near + red > 0 ? (near - red) / (near + red) : 0;
    }),
    mean(1, (i) => evidence.near[i]!),
    mean(1, (i) => evidence.blue[i]!),
    others.map((sum) => Math.min(sum, 2)),
    mean(TRAIT_RADIUS, (i) => Math.min(Math.max(opacity[i]!, 0), 1)),
    mean(1, (i) => evidence.most[i]!),
    mean(1, (i) => evidence.least[i]!),
    cirrus === undefined ? even(NO_CIRRUS) : mean(1, (i) => Math.min(Math.max(cirrus[i]!, 0), 0.1)),
    mean(10, (i) => excess[i]!),
    even(spread),
    mean(15, (i) => opacity[i]! < 0.1 ? Math.min(Math.max(shade[i]!, 0), 1) : 0),
  ];
}
