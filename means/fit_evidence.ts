/** Evidence of a fit: its dates, fallbacks and moments. @module */

import type { DateMap, Source } from "./composite_plan.ts";
import type { MeanDate, MeanMoments } from "./mean.ts";
import type { CompositeSurvey } from "./survey.ts";

/** Common pixels below which a date is not mapped. */
export const LEAST_COMMON = 10;

/** A date with its affine map. */
export interface Candidate {
  /** The date. */
  readonly source: Source;
  /** Expected RMS error of the affine map. */
  readonly error: number;
  /** Surveyed pixels that are clear in the date and the reference. */
  readonly common: number;
}

/** A map with its cross-check. */
export interface FittedMap {
  /** The map. */
  readonly map: DateMap;
  /** Expected RMS error of each band; NaN where it is unknown. */
  readonly errors: Float64Array;
  /** Reference and its cross-checked estimate on common ground, if there is enough. */
  readonly check?: {
    readonly truth: Float32Array;
    readonly estimate: Float32Array;
    readonly bands: number;
  };
}

/** Evidence of every date but the reference. */
export function datesOf(
  survey: CompositeSurvey,
  { reference, candidates, chosen, maps }: {
    readonly reference: number;
    readonly candidates: readonly Candidate[];
    readonly chosen: readonly Candidate[];
    readonly maps: readonly DateMap[];
  },
): MeanDate[] {
  const { days } = survey.scene;
  return days.flatMap((day, index) => {
    if (index === reference) return [];
    const candidate = candidates.find(({ source }) => source.frame === index);
    const position = chosen.findIndex(({ source }) => source.frame === index);
    const error = position >= 0 ? maps[position]!.error : candidate?.error ?? NaN;
    return [{
      index,
      days: day - days[reference]!,
      clear: survey.clear[index]! / survey.pixels,
      error: (candidate?.common ?? 0) < LEAST_COMMON ? NaN : error,
      used: position >= 0,
    }];
  });
}

/** Fallbacks, as sentences. */
export function notesOf(
  survey: CompositeSurvey,
  { reference, candidates }: {
    readonly reference: number;
    readonly candidates: readonly Candidate[];
  },
): string[] {
  const notes: string[] = [];
  if (survey.scene.days.length === 1) {
    notes.push("the series has one date: hidden pixels are filled from their surroundings");
  } else if (candidates.length === 0) {
    notes.push("no other date has clear ground: hidden pixels are filled from their surroundings");
  }
  if (survey.clear[reference] === 0) {
    notes.push(
      `date ${reference} has no clear ground: the other dates are not fitted to it, and the result ` +
        "shows them as they are",
    );
  } else {
    const apart = candidates.filter(({ common }) => common < LEAST_COMMON)
      .map(({ source }) => source.frame);
    if (apart.length > 0) {
      notes.push(
        `dates without common clear ground with date ${reference} are used as they are: ` +
          apart.join(", "),
      );
    }
  }
  return notes;
}

/** Moments of the best map with a cross-check. */
export function momentsOf(fitted: readonly FittedMap[]): MeanMoments | undefined {
  const checked = fitted.filter(({ check }) => check !== undefined)
    .toSorted((a, b) => a.map.error - b.map.error);
  if (checked.length === 0) return undefined;
  const { truth, estimate, bands } = checked[0]!.check!;
  const each = (a: Float32Array, b: Float32Array) =>
    Array.from({ length: bands }, (_, band) => covariance(a, b, { band, bands }));
  return {
    sigmaData: each(truth, truth).map(Math.sqrt),
    sigmaMu: each(estimate, estimate).map(Math.sqrt),
    sigmaCov: each(truth, estimate),
  };
}

function covariance(
  a: Float32Array,
  b: Float32Array,
  { band, bands }: { readonly band: number; readonly bands: number },
): number {
  const n = a.length / bands;
  let [sumA, sumB, products] = [0, 0, 0];
  for (let i = band; i < a.length; i += bands) {
    sumA += a[i]!;
    sumB += b[i]!;
    products += a[i]! * b[i]!;
  }
  return products / n - sumA / n * (sumB / n);
}

/**
 * Expected error of each band relative to their RMS: that of the best map, else of the reference's own
 * ground around its local means.
 */
export function bandErrorsOf(
  fitted: readonly FittedMap[],
  ground: ArrayLike<number> & Iterable<number>,
): readonly number[] | undefined {
  const best = fitted.filter(({ errors }) => errors.every((error) => error > 0))
    .toSorted((a, b) => a.map.error - b.map.error)[0];
  const errors = best === undefined ? [...ground] : [...best.errors];
  const rms = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  return rms > 0 ? errors.map((error) => error / rms) : undefined;
}
