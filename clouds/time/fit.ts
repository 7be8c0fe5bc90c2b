/**
 * Predictions of every date from the other dates and from the scene's mean ground, fitted on a
 * sample of the whole scene.
 *
 * @module
 */

import { type DateFit, emptyEvidence, evidenceOf, type Partner } from "./evidence.ts";
import type { Pixels } from "./pixels.ts";
import type { Signature } from "./signatures.ts";
import { inverse, moments, product, quantile } from "./small_matrix.ts";

/** What a scene's statistics say; plain data. */
export interface TimeFit {
  /** Haze index of clear ground in the scene, and the highest that a pixel's ground may have. */
  readonly level: number;
  readonly cap: number;
  readonly dates: readonly DateFit[];
}

/** Limits of the probability that a pixel is clear. */
export const CLEAR = { haze: 0.02, hazeWidth: 0.006, opacity: 0.08, shade: 0.25 } as const;
const OPACITY_WIDTH = 0.02;
const SHADE_WIDTH = 0.05;
/** Rounds of fitting and of finding what is clear. */
const ROUNDS = 3;
/** Haze index that clear ground does not exceed, whatever the scene. */
const HIGHEST_LEVEL = 0.02;
/** Haze above that of the other dates that is light and season, and opacity for each unit of more. */
const VEIL = { slack: 0.01, gain: 3 } as const;
/** Pixels by which the moments of a date are pulled to those of all dates. */
const POOLED = 500;
/** Pixels by which a map is pulled to the identity. */
const IDENTITY = 300;
/** Fewest pixels that are clear on both dates, and most that a fit reads. */
const PAIR = { fewest: 80, most: 4000 } as const;
/** Share of pixels that each round of a fit keeps. */
const KEPT = 0.95;
/** Factor of the error's covariance, which trimming makes too small. */
const INFLATION = 1.3;
/** Most dates from which one is predicted, and candidates for them. */
const PARTNERS = { most: 4, candidates: 8 } as const;

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
function lowHaze({ count, dates }: Pixels): Float64Array {
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
function hazeLevel(low: Float64Array): { level: number; cap: number } {
  const known = low.filter((value) => !Number.isNaN(value));
  const lower = quantile(known, 0.25);
  const ground = known.filter((value) => value < lower + 0.03);
  const median = quantile(ground, 0.5);
  const spread = 1.4826 * quantile(ground.map((value) => Math.abs(value - median)), 0.5);
  const level = Math.min(median, HIGHEST_LEVEL);
  return { level, cap: level + Math.max(2 * spread, 0.008) };
}

const chosenWhere = (count: number, test: (i: number) => boolean) => {
  const chosen: number[] = [];
  for (let i = 0; i < count; i++) if (test(i)) chosen.push(i);
  return chosen;
};

/** Ridge regression from the bands of one date to those of another, trimmed three times. */
function fitPair(
  { from, to, chosen, n, floors }: {
    readonly from: Float32Array;
    readonly to: Float32Array;
    readonly chosen: readonly number[];
    readonly n: number;
    readonly floors: readonly number[];
  },
): { map: Float64Array; offset: Float64Array; weight: Float64Array } {
  const step = Math.ceil(chosen.length / PAIR.most);
  let rows = chosen.filter((_, k) => k % step === 0);
  for (let round = 0;; round++) {
    const x = moments(from, { n, chosen: rows });
    const y = moments(to, { n, chosen: rows });
    const [left, right] = [new Float64Array(n * n), new Float64Array(n * n)];
    for (const i of rows) {
      for (let a = 0; a < n; a++) {
        const da = from[i * n + a]! - x.mean[a]!;
        for (let b = 0; b < n; b++) {
          left[a * n + b]! += da * (from[i * n + b]! - x.mean[b]!);
          right[a * n + b]! += da * (to[i * n + b]! - y.mean[b]!);
        }
      }
    }
    for (let a = 0; a < n; a++) {
      const pull = IDENTITY * (0.05 * x.covariance[a * n + a]! + 1e-5);
      left[a * n + a]! += pull;
      right[a * n + a]! += pull;
    }
    const solved = product(inverse(left, n), right, { n, m: n });
    const map = new Float64Array(n * n);
    for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) map[b * n + a] = solved[a * n + b]!;
    const offset = Float64Array.from({ length: n }, (_, b) => {
      let sum = y.mean[b]!;
      for (let a = 0; a < n; a++) sum -= map[b * n + a]! * x.mean[a]!;
      return sum;
    });
    const errors = new Float64Array(rows.length * n);
    for (const [k, i] of rows.entries()) {
      for (let b = 0; b < n; b++) {
        let error = to[i * n + b]! - offset[b]!;
        for (let a = 0; a < n; a++) error -= map[b * n + a]! * from[i * n + a]!;
        errors[k * n + b] = error;
      }
    }
    const { covariance } = moments(errors, { n, chosen: rows.map((_, k) => k) });
    if (round === 3) {
      const wide = covariance.map((value) => INFLATION * value);
      for (let b = 0; b < n; b++) wide[b * n + b]! += floors[b]! ** 2;
      return { map, offset, weight: inverse(wide, n) };
    }
    const sizes = rows.map((_, k) => {
      let sum = 0;
      for (let b = 0; b < n; b++) {
        sum += errors[k * n + b]! ** 2 / Math.max(covariance[b * n + b]!, 1e-7);
      }
      return sum;
    });
    const limit = quantile(sizes, KEPT);
    rows = rows.filter((_, k) => sizes[k]! <= limit);
  }
}

/**
 * Fits the predictions.
 *
 * @param pixels Sample of the scene.
 * @returns Undefined if no date has enough clear ground to start from.
 */
export function fitDates(
  pixels: Pixels,
  { signatures, days }: {
    readonly signatures: readonly Signature[];
    readonly days: readonly number[];
  },
): TimeFit | undefined {
  const { count, bands: n, dates } = pixels;
  const low = lowHaze(pixels);
  const { level, cap } = hazeLevel(low);
  if (Number.isNaN(level)) return undefined;
  const floors = signatures.map(({ floor }) => floor);
  const clear = dates.map(({ haze, known }) =>
    Float32Array.from(
      haze,
      (value, i) => known[i] === 0 ? 0 : clearByHaze(value - Math.min(low[i]!, cap)),
    )
  );
  const evidence = emptyEvidence(count);
  let fits: readonly DateFit[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const good = clear.map((plane) => chosenWhere(count, (i) => plane[i]! > 0.5));
    const pool = poolOf(pixels, good);
    if (pool === undefined) return undefined;
    fits = fitRound(pixels, { clear, good, pool, low, cap, floors, signatures, days });
    const before = clear.map((plane) => plane.slice());
    for (const [date, fit] of fits.entries()) {
      evidenceOf(pixels, { date, fit, clear: before, signatures, out: evidence });
      const { known } = dates[date]!;
      for (let i = 0; i < count; i++) {
        clear[date]![i] = known[i] === 0
          ? 0
          : clearByEvidence(evidence.opacity[i]!, evidence.shade[i]!);
      }
    }
  }
  return { level, cap, dates: fits };
}

/** Moments of the clear ground of all dates. */
function poolOf({ bands: n, dates }: Pixels, good: readonly (readonly number[])[]) {
  const total = good.reduce((sum, { length }) => sum + length, 0);
  if (total < 100) return undefined;
  const mean = new Float64Array(n);
  const second = new Float64Array(n * n);
  for (const [date, chosen] of good.entries()) {
    const one = moments(dates[date]!.values, { n, chosen });
    const share = chosen.length / total;
    for (let a = 0; a < n; a++) {
      mean[a]! += share * one.mean[a]!;
      for (let b = 0; b < n; b++) {
        second[a * n + b]! += share * (one.covariance[a * n + b]! + one.mean[a]! * one.mean[b]!);
      }
    }
  }
  const covariance = second.map((value, k) => value - mean[Math.floor(k / n)]! * mean[k % n]!);
  return { mean, covariance };
}

/** One round: the predictions of every date. */
function fitRound(
  { count, bands: n, dates }: Pixels,
  { clear, good, pool, low, cap, floors, signatures, days }: {
    readonly clear: readonly Float32Array[];
    readonly good: readonly (readonly number[])[];
    readonly pool: { readonly mean: Float64Array; readonly covariance: Float64Array };
    readonly low: Float64Array;
    readonly cap: number;
    readonly floors: readonly number[];
    readonly signatures: readonly Signature[];
    readonly days: readonly number[];
  },
): readonly DateFit[] {
  return dates.map(({ values, haze, known }, t) => {
    const excess = (i: number) => haze[i]! - Math.min(low[i]!, cap);
    // A date without clear ground is compared where it is least hazy.
    let usable = good[t]!;
    if (usable.length < 0.02 * count) {
      const seen = chosenWhere(count, (i) => known[i] === 1);
      const limit = quantile(seen.map(excess), 0.3);
      usable = seen.filter((i) => excess(i) <= limit);
    }
    const above = quantile(usable.map(excess), 0.5);
    const veil = Math.max(0, (Number.isNaN(above) ? 0 : above) - VEIL.slack) * VEIL.gain;
    const own = moments(values, { n, chosen: good[t]! });
    const share = good[t]!.length > 50 ? good[t]!.length / (good[t]!.length + POOLED) : 0;
    const mean = pool.mean.map((value, b) =>
      share * own.mean[b]! + (1 - share) * value -
      share * veil * (signatures[b]!.cloud - value)
    );
    const ground = pool.covariance.map((value, k) =>
      share * own.covariance[k]! + (1 - share) * value
    );
    for (let b = 0; b < n; b++) ground[b * n + b]! += 2 * floors[b]! ** 2;
    const weight = inverse(ground, n);
    const partners = candidates(t, { usable, clear, days })
      .map(({ date, chosen }): Partner & { readonly rank: number } => {
        const fit = fitPair({ from: dates[date]!.values, to: values, chosen, n, floors });
        const offset = fit.offset.map((value, b) =>
          value - veil * (signatures[b]!.cloud - mean[b]!)
        );
        let trust = 0;
        for (let b = 0; b < n; b++) trust += fit.weight[b * n + b]! / 10000;
        return {
          date,
          map: fit.map,
          offset,
          weight: fit.weight,
          weightedMap: product(fit.weight, fit.map, { n, m: n }),
          weightedOffset: product(fit.weight, offset, { n, m: 1 }),
          trust,
          rank: trust * good[date]!.length,
        };
      })
      .sort((a, b) => b.rank - a.rank || a.date - b.date)
      .slice(0, PARTNERS.most);
    return { mean, weight, weightedMean: product(weight, mean, { n, m: 1 }), veil, partners };
  });
}

/** Dates with enough ground in common, those with the most and nearest in time first. */
function candidates(
  t: number,
  { usable, clear, days }: {
    readonly usable: readonly number[];
    readonly clear: readonly Float32Array[];
    readonly days: readonly number[];
  },
): readonly { readonly date: number; readonly chosen: readonly number[] }[] {
  return clear
    .map((plane, date) => ({
      date,
      chosen: date === t ? [] : usable.filter((i) => plane[i]! > 0.5),
    }))
    .filter(({ chosen }) => chosen.length >= PAIR.fewest)
    .map((one) => ({
      ...one,
      rank: one.chosen.length * Math.exp(-Math.abs(days[one.date]! - days[t]!) / 90),
    }))
    .sort((a, b) => b.rank - a.rank || a.date - b.date)
    .slice(0, PARTNERS.candidates);
}
