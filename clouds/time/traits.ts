/**
 * Traits of each pixel from which it is classified: its evidence and that of its surroundings.
 *
 * @module
 */

import { windowAverages } from "../window_sums.ts";
import type { Alone } from "./alone.ts";
import type { Evidence } from "./evidence.ts";
import type { DatePixels } from "./pixels.ts";

/** Number of traits, and of those of two dates. */
export const TRAITS = 27;
export const PAIR_TRAITS = TRAITS + 7;
/** Radius of the largest window of a trait, in blocks. */
export const TRAIT_RADIUS = 15;

/** Integers per unit in the sums over windows, which are exact that way. */
const STEPS = 10000;
/** Most opacity that counts in the mean level around a block. */
const BASE = 0.15;
const NEAR = 3;
const RED = 2;

const limited = (value: number) => value < -1 ? -1 : value > 2 ? 2 : value;
const share = (value: number) => value < 0 ? 0 : value > 1 ? 1 : value;

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
  /** Variation of the haze index over the clear ground of the scene. */
  readonly spread: number;
  /** Opacity of haze over the whole date. */
  readonly veil: number;
  /** Of two dates: what the rules for a single date find on this one and on the other. */
  readonly alone?: readonly [Alone, Alone];
}

/** Computes the traits: planes of [height, width]. */
export function traitsOf(input: TraitInput): readonly Float32Array[] {
  const { width, height, pixels, bands, evidence, excess, others, level, spread, veil } = input;
  const { alone } = input;
  const { values, haze } = pixels;
  const count = width * height;
  const known = pixels.known.includes(0) ? pixels.known : undefined;
  const plane = () => new Float32Array(count);
  const [opacity, shade, above, cover, shadow] = [plane(), plane(), plane(), plane(), plane()];
  const [raised, blue, near, green] = [plane(), plane(), plane(), plane()];
  const [free, most, least, base] = [plane(), plane(), plane(), plane()];
  for (let i = 0; i < count; i++) {
    const o = limited(evidence.opacity[i]!), s = limited(evidence.shade[i]!);
    opacity[i] = o;
    shade[i] = s;
    above[i] = limited(excess[i]!);
    cover[i] = share(o);
    shadow[i] = o < 0.1 ? share(s) : 0;
    raised[i] = haze[i]! - level;
    const infrared = values[i * bands + NEAR]!, red = values[i * bands + RED]!;
    blue[i] = values[i * bands]!;
    near[i] = infrared;
    green[i] = infrared + red > 0 ? (infrared - red) / (infrared + red) : 0;
    free[i] = Math.min(others[i]!, 2);
    most[i] = limited(evidence.most[i]!);
    least[i] = limited(evidence.least[i]!);
    base[i] = o < -BASE ? -BASE : o > BASE ? BASE : o;
  }
  const scratch = new Int32Array(count);
  const mean = (plane: Float32Array, radius: number) => {
    for (let i = 0; i < count; i++) {
      scratch[i] = known !== undefined && known[i] === 0 ? 0 : Math.round(STEPS * plane[i]!);
    }
    return windowAverages(scratch, { width, height, radius, known, unit: 1 / STEPS });
  };
  const even = (value: number) => new Float32Array(count).fill(value);
  const counted = (counts: Uint8Array) => Float32Array.from(counts, (count) => count / 4);
  const judged = alone?.flatMap(({ cloud, shadow }, date) => {
    const [clouds, shadows] = [counted(cloud), counted(shadow)];
    return date > 0 ? [mean(clouds, 1), mean(shadows, 1)] : [
      clouds,
      mean(clouds, 2),
      mean(clouds, 5),
      shadows,
      mean(shadows, 2),
    ];
  });
  return [
    opacity,
    mean(opacity, 1),
    mean(opacity, 5),
    shade,
    mean(shade, 2),
    above,
    mean(above, 2),
    raised,
    even(veil),
    evidence.opacityWeight.map((weight) => Math.log10(weight + 1)),
    evidence.shadeWeight.map((weight) => Math.log10(weight + 1)),
    blue,
    near,
    green,
    evidence.near,
    evidence.blue,
    free,
    mean(cover, TRAIT_RADIUS),
    most,
    least,
    mean(above, 5),
    even(spread),
    mean(shadow, 7),
    mean(opacity, 2),
    mean(base, 7),
    mean(most, 1),
    mean(least, 1),
    ...judged ?? [],
  ];
}
