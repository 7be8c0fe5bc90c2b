/**
 * The plan of a composite for one reference date: which dates are read, how each is mapped to the
 * reference, which maps serve each combination of clear dates, and the far surroundings.
 *
 * @module
 */

import {
  bandErrorsOf,
  type Candidate,
  datesOf,
  type FittedMap,
  LEAST_COMMON,
  momentsOf,
  notesOf,
} from "./fit_evidence.ts";
import type { CompositeSurvey } from "./survey.ts";
import { groupsByGrain, MAP_FEATURES_PER_BAND } from "./features.ts";
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
/** Common pixels below which dates get no ridge map. */
const LEAST_RIDGE = 200;
/** Joint maps: dates of each, and how many are fitted. */
const JOINT = { dates: 3, maps: 8 };
/** Error, in units of reflectance, of a date without common ground. */
const UNKNOWN_ERROR = 0.1;
/** Common pixels of the scene at which the expected squared error is twice the cross-checked one. */
const SCARCE = 2000;
/** Smallest expected error: that of rounding. */
const LEAST_ERROR = 1e-5;
/** Maps of a pixel weigh 1/error^this. */
const POWER = 8;
/** A map gives way to a wider one whose error is at most this many times its own. */
const GIVE_WAY = 1.25;
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
    bandErrors: bandErrorsOf([...singles, ...joint], far.bandErrors),
    sources,
    maps,
    choices: choicesOf(maps, sources.length),
    far,
  };
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
  if (count < LEAST_COMMON) {
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
  if (ground.count < LEAST_RIDGE) {
    const best = sources[set[errors.indexOf(error)]!]!;
    return { map: { sources: set, shares, error }, errors: best.affine.errors };
  }
  const y = groundValues(survey, { ground, position: 0 });
  const base = new Float32Array(ground.count * bands);
  set.forEach((source, k) => {
    const { gains, offsets } = sources[source]!.affine;
    const x = groundValues(survey, { ground, position: k + 1 });
    for (let i = 0; i < base.length; i++) {
      base[i]! += shares[k]! * (gains[i % bands]! * x[i]! + offsets[i % bands]!);
    }
  });
  // A cross-check within little ground says little about the rest of the scene.
  const hope = Math.sqrt(1 + SCARCE * ground.share / ground.count);
  const { map: ridge, estimates } = fitRidge({
    x: groundFeatures(survey, ground),
    base,
    y,
    folds: groundFolds(survey, ground),
    count: ground.count,
    features: set.length * bands * MAP_FEATURES_PER_BAND,
    bands,
    groups: groupsByGrain(survey.grains, { sources: set.length }),
  });
  return {
    map: { sources: set, shares, ridge, error: hope * expectedError(ridge.errors) },
    errors: ridge.errors,
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

/**
 * Maps and weights for every set of clear sources. A map gives way to one that reads all of its dates
 * and more: cross-checks are too hopeful where clear ground is scarce, and more dates are steadier.
 */
function choicesOf(maps: readonly DateMap[], sources: number): CompositeFit["choices"] {
  const bitsOf = maps.map(({ sources }) => sources.reduce((bits, i) => bits | 1 << i, 0));
  return Array.from({ length: 1 << sources }, (_, clear) => {
    const usable = maps.map((_, map) => map).filter((map) =>
      (bitsOf[map]! & clear) === bitsOf[map]
    );
    const widest = usable.filter((map) =>
      !usable.some((other) => {
        const contained = (bitsOf[other]! & bitsOf[map]!) === bitsOf[map] && other !== map;
        return contained && maps[other]!.error < GIVE_WAY * maps[map]!.error;
      })
    );
    const weighted = widest.map((map) => ({ map, weight: maps[map]!.error ** -POWER }));
    const sum = (list: typeof weighted) => list.reduce((total, { weight }) => total + weight, 0);
    const all = sum(weighted);
    const kept = weighted.filter(({ weight }) => weight > LEAST_WEIGHT * all);
    return kept.map(({ map, weight }) => ({ map, weight: weight / sum(kept) }));
  });
}

/** RMS over bands, above 0. */
function expectedError(errors: Float64Array): number {
  const mean = errors.reduce((sum, value) => sum + value * value, 0) / errors.length;
  return Number.isNaN(mean) ? UNKNOWN_ERROR : Math.max(Math.sqrt(mean), LEAST_ERROR);
}
