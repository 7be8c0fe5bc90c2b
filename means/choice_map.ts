/**
 * The maps of a set of clear dates, folded into one linear map of the features of those dates: a pixel
 * that several maps serve costs one product, whatever their number.
 *
 * @module
 */

import type { CompositeFit, DateMap, Source } from "./composite_plan.ts";
import { MAP_FEATURES_PER_BAND } from "./features.ts";
import { CLIP } from "./ridge_map.ts";

/** Bands whose sums are accumulated together. */
export const TOGETHER = 4;

/** What a map adds for a feature of 1 standard deviation, and the range that it clips the feature to. */
interface ClippedTerm {
  readonly mean: number;
  readonly scale: number;
  /** [bands]. */
  readonly slopes: Float64Array;
}

/** Σ weight·(affine + ridge) over the maps of a set of clear sources. */
export interface ChoiceMap {
  /** Positions of the sources that are read, ascending. */
  readonly sources: readonly number[];
  /** Expected error. */
  readonly error: number;
  /** Constant of each band, 0 beyond the last band. */
  readonly bias: Float64Array;
  /** Slopes of the features of all sources, [groups of bands, features, TOGETHER]. */
  readonly slopes: Float64Array;
  /** Smallest value of each feature that no map clips. */
  readonly low: Float64Array;
  /** Largest value of each feature that no map clips. */
  readonly high: Float64Array;
  /** Terms of each feature that has to be clipped. */
  readonly terms: readonly (readonly ClippedTerm[])[];
}

/** Folds the maps that serve the clear sources `bits`. */
export function choiceMap(
  { choices, maps, sources, scene: { bands } }: CompositeFit,
  bits: number,
): ChoiceMap {
  const choice = choices[bits]!.map(({ map, weight }) => ({ map: maps[map]!, weight }));
  const read = [...new Set(choice.flatMap(({ map }) => map.sources))].toSorted((a, b) => a - b);
  const each = bands * MAP_FEATURES_PER_BAND;
  const features = read.length * each;
  const padded = Math.ceil(bands / TOGETHER) * TOGETHER;
  const bias = new Float64Array(padded);
  const slopes = new Float64Array(padded * features);
  const add = (feature: number, band: number, value: number) => {
    const group = Math.floor(band / TOGETHER);
    slopes[(group * features + feature) * TOGETHER + band % TOGETHER]! += value;
  };
  const terms: ClippedTerm[][] = Array.from({ length: features }, () => []);
  for (const { map, weight } of choice) {
    const at = map.sources.map((source) => read.indexOf(source) * each);
    addAffine({ map, weight, at, sources, bands, bias, add });
    if (map.ridge === undefined) continue;
    const { means, scales, weights, bias: constant } = map.ridge;
    for (let b = 0; b < bands; b++) bias[b]! += weight * constant[b]!;
    for (let f = 0; f < means.length; f++) {
      const feature = at[Math.floor(f / each)]! + f % each;
      const [mean, scale] = [means[f]!, scales[f]!];
      const own = Float64Array.from({ length: bands }, (_, b) => weight * weights[f * bands + b]!);
      for (let b = 0; b < bands; b++) {
        add(feature, b, own[b]! * scale);
        bias[b]! -= own[b]! * scale * mean;
      }
      terms[feature]!.push({ mean, scale, slopes: own });
    }
  }
  const bound = (side: -1 | 1) =>
    Float64Array.from(
      terms,
      (list) =>
        side * Math.min(...list.map(({ mean, scale }) => side * mean + CLIP / scale), Infinity),
    );
  return {
    sources: read,
    error: choice.reduce((sum, { map, weight }) => sum + weight * map.error, 0),
    ...{ bias, slopes, low: bound(-1), high: bound(1), terms },
  };
}

/** Adds the affine estimates of a map's sources. */
function addAffine(
  { map, weight, at, sources, bands, bias, add }: {
    readonly map: DateMap;
    readonly weight: number;
    /** First feature of each of the map's sources: its values come first. */
    readonly at: readonly number[];
    readonly sources: readonly Source[];
    readonly bands: number;
    readonly bias: Float64Array;
    readonly add: (feature: number, band: number, value: number) => void;
  },
): void {
  map.sources.forEach((source, k) => {
    const { gains, offsets } = sources[source]!.affine;
    const share = weight * map.shares[k]!;
    for (let b = 0; b < bands; b++) {
      add(at[k]! + b, b, share * gains[b]!);
      bias[b]! += share * offsets[b]!;
    }
  });
}

/**
 * Writes the estimate of a pixel.
 *
 * @param features Features of the sources, one after the other.
 * @param out [bands, rounded up to a multiple of TOGETHER].
 */
export function applyChoice(
  { bias, slopes, low, high, terms }: ChoiceMap,
  { features, out }: { readonly features: Float64Array; readonly out: Float64Array },
): void {
  const { length: count } = low;
  for (let first = 0, w = 0; first < out.length; first += TOGETHER) {
    let [a, b, c, d] = [bias[first]!, bias[first + 1]!, bias[first + 2]!, bias[first + 3]!];
    for (let f = 0; f < count; f++, w += TOGETHER) {
      const value = features[f]!;
      a += slopes[w]! * value;
      b += slopes[w + 1]! * value;
      c += slopes[w + 2]! * value;
      d += slopes[w + 3]! * value;
    }
    out[first] = a;
    out[first + 1] = b;
    out[first + 2] = c;
    out[first + 3] = d;
  }
  for (let f = 0; f < count; f++) {
    const value = features[f]!;
    if (value < low[f]! || value > high[f]!) addClipped(terms[f]!, { value, out });
  }
}

/** Corrects the estimate for a feature that some maps clip. */
function addClipped(
  terms: readonly ClippedTerm[],
  { value, out }: { readonly value: number; readonly out: Float64Array },
): void {
  for (const { mean, scale, slopes } of terms) {
    const z = (value - mean) * scale;
    const beyond = Math.min(Math.max(z, -CLIP), CLIP) - z;
    if (beyond !== 0) { for (let b = 0; b < slopes.length; b++) out[b]! += beyond * slopes[b]!; }
  }
}
