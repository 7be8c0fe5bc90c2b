/**
 * Clear ground: its haze index, and the probability that a pixel shows it.
 *
 * @module
 */

import type { Pixels } from "./pixels.ts";
import { quantile } from "./small_matrix.ts";

/** Limits of the probability that a pixel is clear. */
const CLEAR = { haze: 0.02, hazeWidth: 0.006, opacity: 0.08, shade: 0.25 } as const;
const OPACITY_WIDTH = 0.02;
const SHADE_WIDTH = 0.05;
/** Haze index that clear ground does not exceed, whatever the scene. */
const HIGHEST_LEVEL = 0.02;
/** Probability of a clear pixel, by how far its haze is above the ground's. */
export function clearByHaze(excess: number): number {
  return 1 / (1 + Math.exp((excess - CLEAR.haze) / CLEAR.hazeWidth));
}

/** Probability of a clear pixel, by opacity and shade. */
export function clearByEvidence(opacity: number, shade: number): number {
  return 1 / (1 + Math.exp((opacity - CLEAR.opacity) / OPACITY_WIDTH)) /
    (1 + Math.exp((shade - CLEAR.shade) / SHADE_WIDTH));
}

/** Number of the lowest haze values that are left out as too low, by the number of dates. */
export function outliers(dates: number): number {
  return dates < 5 ? 0 : 1;
}

/** Low haze of each pixel over its dates; NaN where no date has data. */
export function lowHaze({ count, dates }: Pixels): Float64Array {
  const low = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let [first, second] = [Infinity, Infinity];
    for (const { haze, known } of dates) {
      if (known[i] === 0) continue;
      const value = haze[i]!;
      if (value < first) [first, second] = [value, first];
      else if (value < second) second = value;
    }
    const value = outliers(dates.length) > 0 && second < Infinity ? second : first;
    low[i] = value < Infinity ? value : NaN;
  }
  return low;
}

/** Haze index of the scene's clear ground and its upper limit. */
export function hazeLevel(low: Float64Array): { level: number; cap: number } {
  const known = low.filter((value) => !Number.isNaN(value));
  const lower = quantile(known, 0.25);
  const ground = known.filter((value) => value < lower + 0.03);
  const median = quantile(ground, 0.5);
  const spread = 1.4826 * quantile(ground.map((value) => Math.abs(value - median)), 0.5);
  const level = Math.min(median, HIGHEST_LEVEL);
  return { level, cap: level + Math.max(2 * spread, 0.008) };
}
