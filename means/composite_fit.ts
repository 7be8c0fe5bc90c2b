/**
 * The plan of a composite for one reference date: which dates are read, how each is mapped to the
 * reference, which maps serve each combination of clear dates, and the far surroundings.
 *
 * @module
 */

import type { MeanDate, MeanMoments } from "./mean.ts";
import type { CompositeSurvey } from "./survey.ts";
import { MAP_FEATURES_PER_BAND } from "./features.ts";
import { fitAffine, identityMap } from "./affine_map.ts";
import { commonGround, groundFeatures, groundFolds, groundValues } from "./common_ground.ts";
import { farGround } from "./far_ground.ts";
import type { CompositeFit, DateMap, Source } from "./composite_plan.ts";
import { fitRidge } from "./ridge_map.ts";

/** Options of a fit. */
export interface CompositeFitOptions {
  /** Most dates that are read. */
  readonly dates: number;
  /** Days after which a date counts 1/e. */
  readonly daysScale: number;
}

/** Pixels of a fit, at most. */
const FIT_PIXELS = 10_000;
/** Pixels of the scene that say "no change" in an affine fit. */
const AFFINE_PRIOR = 2000;
/** Common pixels below which a date is not mapped, and below which it gets no ridge map. */
const LEAST = { affine: 10, ridge: 200 };
/** Joint maps: dates of each, and how many are fitted. */
const JOINT = { dates: 3, maps: 8 };
/** Error, in units of reflectance, of a date without common ground. */
const UNKNOWN_ERROR = 0.1;
/** Smallest expected error: that of rounding. */
const LEAST_ERROR = 1e-5;
/** Maps of a pixel weigh 1/error^this. */
const POWER = 8;
/** Maps of less weight are left out. */
const LEAST_WEIGHT = 0.1;

/** Makes the plan. */
export function fitComposite(
  survey: CompositeSurvey,
  reference: number,
  options: CompositeFitOptions,
): CompositeFit {
  const { days } = survey.scene;
  const candidates = days.flatMap((day, frame) =>
    frame === reference || survey.clear[frame] === 0
      ? []
      : [mapDate(survey, { reference, frame, days: day - days[reference]! })]
  );
  const weight = ({ error, source }: Candidate) =>
    Math.exp(-Math.abs(source.days) / options.daysScale) / error ** 4;
  const chosen = candidates.toSorted((a, b) => weight(b) - weight(a)).slice(0, options.dates);
  const sources = chosen.map(({ source }) => source);
  const singles = chosen.map((_, i) => fitMap(survey, { reference, sources, set: [i] }));
  const joint = jointSets(survey, { reference, sources, singles })
    .map((set) => fitMap(survey, { reference, sources, set }));
  const maps = [...singles, ...joint].map(({ map }) => map);
  const far = farGround(survey, {
    reference,
    sources,
    weights: singles.map(({ map }) => map.error ** -4),
  });
  return {
    reference,
    scene: survey.scene,
    dates: datesOf(survey, { reference, candidates, chosen, maps }),
    uses: [reference, ...sources.map(({ frame }) => frame)].toSorted((a, b) => a - b),
    notes: notesOf(survey, { reference, candidates }),
    moments: momentsOf([...singles, ...joint]),
    sources,
    maps,
    choices: choicesOf(maps, sources.length),
    far,
  };
}

interface Candidate {
  readonly source: Source;
  readonly error: number;
  readonly common: number;
}

/** Affine map of one date, or the identity without common ground. */
function mapDate(
  survey: CompositeSurvey,
  { reference, frame, days }: {
    readonly reference: number;
    readonly frame: number;
    readonly days: number;
  },
): Candidate {
  const { bands } = survey.scene;
  const ground = commonGround(survey, { frames: [reference, frame], most: FIT_PIXELS });
  const { count, share } = ground;
  if (count < LEAST.affine) {
    return {
      source: { frame, days, affine: identityMap(bands) },
      error: UNKNOWN_ERROR,
      common: count,
    };
  }
  const y = groundValues(survey, { ground, position: 0 });
  const x = groundValues(survey, { ground, position: 1 });
  const affine = fitAffine({ x, y, stride: bands, count, bands }, { prior: AFFINE_PRIOR * share });
  return { source: { frame, days, affine }, error: expectedError(affine.errors), common: count };
}

interface FittedMap {
  readonly map: DateMap;
  /** Reference and its cross-checked estimate on common ground, if there is enough. */
  readonly check?: {
    readonly truth: Float32Array;
    readonly estimate: Float32Array;
    readonly bands: number;
  };
}

/** Map from a set of sources. */
function fitMap(
  survey: CompositeSurvey,
  { reference, sources, set }: {
    readonly reference: number;
    readonly sources: readonly Source[];
    readonly set: readonly number[];
  },
): FittedMap {
  const { bands } = survey.scene;
  const errors = set.map((i) => expectedError(sources[i]!.affine.errors));
  const raw = errors.map((error) => error ** -4);
  const total = raw.reduce((sum, value) => sum + value, 0);
  const shares = raw.map((value) => value / total);
  const frames = [reference, ...set.map((i) => sources[i]!.frame)];
  const ground = commonGround(survey, { frames, most: FIT_PIXELS });
  const error = Math.min(...errors);
  if (ground.count < LEAST.ridge) return { map: { sources: set, shares, error } };
  const y = groundValues(survey, { ground, position: 0 });
  const base = new Float32Array(ground.count * bands);
  set.forEach((source, k) => {
    const { gains, offsets } = sources[source]!.affine;
    const x = groundValues(survey, { ground, position: k + 1 });
    for (let i = 0; i < base.length; i++) {
      base[i]! += shares[k]! * (gains[i % bands]! * x[i]! + offsets[i % bands]!);
    }
  });
  const { map: ridge, estimates } = fitRidge({
    x: groundFeatures(survey, ground),
    base,
    y,
    folds: groundFolds(survey, ground),
    count: ground.count,
    features: (frames.length - 1) * bands * MAP_FEATURES_PER_BAND,
    bands,
  });
  return {
    map: { sources: set, shares, ridge, error: expectedError(ridge.errors) },
    check: { truth: y, estimate: estimates, bands },
  };
}

/**
 * The sets of dates that get a joint map: the best dates of the combinations that are clear where the
 * reference is hidden, most frequent first.
 */
function jointSets(
  survey: CompositeSurvey,
  { reference, sources, singles }: {
    readonly reference: number;
    readonly sources: readonly Source[];
    readonly singles: readonly FittedMap[];
  },
): number[][] {
  const seen = new Map<number, number>();
  sources.forEach(({ frame }, i) => {
    for (const key of survey.samples[frame]!.keys) seen.set(key, (seen.get(key) ?? 0) | 1 << i);
  });
  for (const key of survey.samples[reference]!.keys) seen.delete(key);
  const counts = new Map<number, number>();
  for (const bits of seen.values()) counts.set(bits, (counts.get(bits) ?? 0) + 1);
  const byError = sources.map((_, i) => i)
    .toSorted((a, b) => singles[a]!.map.error - singles[b]!.map.error);
  const sets = new Map<string, number[]>();
  const frequent = [...counts].toSorted(([a, n], [b, m]) => m - n || a - b);
  for (const [bits] of frequent) {
    const set = byError.filter((i) => bits >> i & 1).slice(0, JOINT.dates).toSorted((a, b) =>
      a - b
    );
    if (set.length > 1 && sets.size < JOINT.maps) sets.set(set.join(), set);
  }
  return [...sets.values()];
}

/** Maps and weights for every set of clear sources. */
function choicesOf(maps: readonly DateMap[], sources: number): CompositeFit["choices"] {
  const bitsOf = maps.map(({ sources }) => sources.reduce((bits, i) => bits | 1 << i, 0));
  return Array.from({ length: 1 << sources }, (_, clear) => {
    const usable = maps.flatMap(({ error }, map) =>
      (bitsOf[map]! & clear) === bitsOf[map] ? [{ map, weight: error ** -POWER }] : []
    );
    const sum = (list: typeof usable) => list.reduce((total, { weight }) => total + weight, 0);
    const all = sum(usable);
    const kept = usable.filter(({ weight }) => weight > LEAST_WEIGHT * all);
    return kept.map(({ map, weight }) => ({ map, weight: weight / sum(kept) }));
  });
}

function datesOf(
  survey: CompositeSurvey,
  { reference, candidates, chosen, maps }: {
    readonly reference: number;
    readonly candidates: readonly Candidate[];
    readonly chosen: readonly Candidate[];
    readonly maps: readonly DateMap[];
  },
): MeanDate[] {
  const { days, width, height } = survey.scene;
  return days.flatMap((day, index) => {
    if (index === reference) return [];
    const candidate = candidates.find(({ source }) => source.frame === index);
    const position = chosen.findIndex(({ source }) => source.frame === index);
    const error = position >= 0 ? maps[position]!.error : candidate?.error ?? NaN;
    return [{
      index,
      days: day - days[reference]!,
      clear: survey.clear[index]! / (width * height),
      error: (candidate?.common ?? 0) < LEAST.affine ? NaN : error,
      used: position >= 0,
    }];
  });
}

function notesOf(
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
    const apart = candidates.filter(({ common }) => common < LEAST.affine)
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
function momentsOf(fitted: readonly FittedMap[]): MeanMoments | undefined {
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

/** RMS over bands, above 0. */
function expectedError(errors: Float64Array): number {
  const mean = errors.reduce((sum, value) => sum + value * value, 0) / errors.length;
  return Number.isNaN(mean) ? UNKNOWN_ERROR : Math.max(Math.sqrt(mean), LEAST_ERROR);
}
