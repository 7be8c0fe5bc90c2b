/**
 * Predictions of every date from the other dates and from the scene's mean ground, fitted on a
 * sample of the whole scene.
 *
 * @module
 */

import { type DateFit, emptyEvidence, evidenceOf, type Partner } from "./evidence.ts";
import { clearByEvidence, clearByHaze, hazeLevel, lowHaze } from "./clear.ts";
import { fitPair } from "./pair_fit.ts";
import type { Pixels } from "./pixels.ts";
import type { Signature } from "./signatures.ts";
import { inverse, moments, quantile } from "./small_matrix.ts";

/** Statistics of a scene, as plain data. */
export interface TimeFit {
  /** Haze index of clear ground in the scene. */
  readonly level: number;
  /** Highest haze index that the ground of a pixel may have. */
  readonly cap: number;
  /** Predictions of each date. */
  readonly dates: readonly DateFit[];
}

/** Rounds of fitting and of finding what is clear. */
const ROUNDS = 3;
/** Haze above that of the other dates that is light and season, and opacity for each unit of more. */
const VEIL = { slack: 0.01, gain: 3 } as const;
/** Pixels by which the moments of a date are pulled to those of all dates. */
const POOLED = 500;
/** Fewest pixels that are clear on both dates. */
const FEWEST = 80;
/** Most dates from which one is predicted, and candidates for them. */
const PARTNERS = { most: 4, candidates: 8 } as const;

const chosenWhere = (count: number, test: (i: number) => boolean) => {
  const chosen: number[] = [];
  for (let i = 0; i < count; i++) if (test(i)) chosen.push(i);
  return chosen;
};

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
  const { count, dates } = pixels;
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
      .map(
        ({ date, chosen }): Partner & { readonly rank: number; readonly weight: Float64Array } => {
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
            trust,
            rank: trust * good[date]!.length,
          };
        },
      )
      .sort((a, b) => b.rank - a.rank || a.date - b.date)
      .slice(0, PARTNERS.most);
    const weights = Array.from({ length: 1 << partners.length }, (_, set) => {
      const sum = weight.slice();
      for (const [k, partner] of partners.entries()) {
        if ((set >> k & 1) === 1) { for (let j = 0; j < n * n; j++) sum[j]! += partner.weight[j]!; }
      }
      return sum;
    });
    return {
      mean,
      veil,
      partners: partners.map(({ date, map, offset, trust }) => ({ date, map, offset, trust })),
      weights,
    };
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
    .filter(({ chosen }) => chosen.length >= FEWEST)
    .map((one) => ({
      ...one,
      rank: one.chosen.length * Math.exp(-Math.abs(days[one.date]! - days[t]!) / 90),
    }))
    .sort((a, b) => b.rank - a.rank || a.date - b.date)
    .slice(0, PARTNERS.candidates);
}
