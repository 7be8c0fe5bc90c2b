/**
 * Composites of each pixel alone, from the dates that are clear there: clearest, mean, median, linear
 * in time, medoid and geometric median. Where no date is clear, they take the median of all.
 *
 * @module
 */

import { CLOUD_CLASSES } from "../../clouds/mod.ts";
import type {
  CompositeDates,
  CompositeFit,
  CompositeMethod,
  CompositeWindow,
  DatedWindow,
} from "./method.ts";

/** Observations of a pixel: spectra [count, bands] of the dates that are clear there. */
interface Observations {
  readonly count: number;
  readonly bands: number;
  readonly spectra: Float32Array;
  /** Date of each observation. */
  readonly dates: Int32Array;
  /** Weight of each date. */
  readonly weights: Float64Array;
  readonly days: readonly (number | undefined)[];
  readonly reference: number | undefined;
}

/** Writes the spectrum of a pixel; returns the observation it came from, if it is a single one. */
type Combine = (given: Observations, out: Float32Array) => number | undefined;

function medianOf(values: Float32Array): number {
  values.sort();
  const last = values.length - 1;
  return (values[last >> 1]! + values[values.length >> 1]!) / 2;
}

const mean: Combine = ({ count, bands, spectra }, out) => {
  for (let b = 0; b < bands; b++) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += spectra[i * bands + b]!;
    out[b] = sum / count;
  }
  return undefined;
};

const median: Combine = ({ count, bands, spectra }, out) => {
  const column = new Float32Array(count);
  for (let b = 0; b < bands; b++) {
    for (let i = 0; i < count; i++) column[i] = spectra[i * bands + b]!;
    out[b] = medianOf(column);
  }
  return undefined;
};

function copy({ bands, spectra }: Observations, from: number, out: Float32Array): number {
  for (let b = 0; b < bands; b++) out[b] = spectra[from * bands + b]!;
  return from;
}

/** Observation of the date with the most clear ground in the scene. */
const clearest: Combine = (given, out) => {
  const { count, dates, weights } = given;
  let best = 0;
  for (let i = 1; i < count; i++) if (weights[dates[i]!]! > weights[dates[best]!]!) best = i;
  return copy(given, best, out);
};

/** Interpolation between the nearest clear dates before and after the reference. */
const linear: Combine = (given, out) => {
  const { count, bands, spectra, dates, days, reference } = given;
  const now = days[reference!]!;
  let [before, after] = [-1, -1];
  for (let i = 0; i < count; i++) {
    const day = days[dates[i]!]!;
    if (day <= now && (before < 0 || day > days[dates[before]!]!)) before = i;
    if (day > now && (after < 0 || day < days[dates[after]!]!)) after = i;
  }
  if (before < 0 || after < 0) return copy(given, Math.max(before, after), out);
  const [from, to] = [days[dates[before]!]!, days[dates[after]!]!];
  const share = (now - from) / (to - from);
  for (let b = 0; b < bands; b++) {
    const [left, right] = [spectra[before * bands + b]!, spectra[after * bands + b]!];
    out[b] = left + (right - left) * share;
  }
  return undefined;
};

/** Distance of a spectrum to an observation. */
function distance(
  { bands, spectra }: Observations,
  point: Float32Array,
  [at, to]: readonly [number, number],
): number {
  let sum = 0;
  for (let b = 0; b < bands; b++) sum += (point[at + b]! - spectra[to * bands + b]!) ** 2;
  return Math.sqrt(sum);
}

/** Observation with the least weighted distance to all others. */
const medoid: Combine = (given, out) => {
  const { count, bands, spectra, dates, weights } = given;
  let [best, least] = [0, Infinity];
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let j = 0; j < count; j++) {
      sum += weights[dates[j]!]! * distance(given, spectra, [i * bands, j]);
    }
    if (sum < least) [best, least] = [i, sum];
  }
  return copy(given, best, out);
};

/** Iterations of the geometric median, and the change in reflectance that ends them. */
const ITERATIONS = 50;
const CONVERGED = 1e-5;
/** Distance below which an observation counts as this far, so that weights stay finite. */
const NEAREST = 1e-6;

/** Point with the least weighted distance to all observations (Weiszfeld's algorithm). */
const geomedian: Combine = (given, out) => {
  const { count, bands, spectra, dates, weights } = given;
  mean(given, out);
  if (count < 3) return undefined;
  const next = new Float64Array(bands);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    next.fill(0);
    let total = 0;
    for (let i = 0; i < count; i++) {
      const weight = weights[dates[i]!]! / Math.max(distance(given, out, [0, i]), NEAREST);
      total += weight;
      for (let b = 0; b < bands; b++) next[b]! += weight * spectra[i * bands + b]!;
    }
    let change = 0;
    for (let b = 0; b < bands; b++) {
      const value = next[b]! / total;
      change = Math.max(change, Math.abs(value - out[b]!));
      out[b] = value;
    }
    if (change < CONVERGED) break;
  }
  return undefined;
};

/** Combinations of the observations of a pixel by name. */
const COMBINE = { clearest, mean, median, linear, medoid, geomedian } as const;

/** Names of the composites of each pixel alone. */
export type PixelMethodName = keyof typeof COMBINE;

/** Names of {@linkcode pixelMethod}. */
export const PIXEL_METHODS = Object.keys(COMBINE) as readonly PixelMethodName[];

/** Least weight of a date, so that one without any clear block still counts where it is clear. */
const LEAST = 1e-3;

/** Days from the reference to the nearest observation; NaN if unknown. */
function nearest({ count, dates, days, reference }: Observations, only?: number): number {
  const now = reference === undefined ? undefined : days[reference];
  let best = NaN;
  for (let i = 0; i < count; i++) {
    const day = days[dates[i]!];
    if (now === undefined || day === undefined || (only !== undefined && i !== only)) continue;
    const gap = Math.abs(day - now);
    if (!(gap >= best)) best = gap;
  }
  return best;
}

/** Applies a combination to every pixel of a window. */
function applied(
  combine: Combine,
  { column: _c, row: _r, width, height, frames, masks }: DatedWindow,
  { days, reference, bands: { length: bands }, weights }: CompositeDates & {
    readonly weights: Float64Array;
  },
): CompositeWindow {
  const pixels = width * height;
  const image = new Float32Array(pixels * bands).fill(NaN);
  const support = new Float32Array(pixels);
  const gaps = new Float32Array(pixels).fill(NaN);
  const spectra = new Float32Array(frames.length * bands);
  const dates = new Int32Array(frames.length);
  for (let p = 0; p < pixels; p++) {
    const collect = (isWanted: (date: number) => boolean): Observations => {
      let count = 0;
      for (let l = 0; l < frames.length; l++) {
        if (!isWanted(l)) continue;
        const frame = frames[l]!;
        let has = true;
        for (let b = 0; b < bands; b++) {
          const value = frame[p * bands + b]!;
          has &&= !Number.isNaN(value);
          spectra[count * bands + b] = value;
        }
        if (has) dates[count++] = l;
      }
      return { count, bands, spectra, dates, weights, days, reference };
    };
    const out = image.subarray(p * bands, (p + 1) * bands);
    const clear = collect((l) => masks[l]![p] === CLOUD_CLASSES.clear);
    if (clear.count === 0) {
      const all = collect(() => true);
      if (all.count > 0) median(all, out);
      continue;
    }
    const only = combine(clear, out);
    support[p] = clear.count / (clear.count + 1);
    gaps[p] = nearest(clear, only);
  }
  return { image, support, days: gaps };
}

/** Composite of each pixel alone. */
export function pixelMethod(name: PixelMethodName): CompositeMethod {
  const isWeighted = name === "clearest" || name === "medoid" || name === "geomedian";
  return {
    margin: 0,
    grow: 4,
    surveys: isWeighted,
    survey(dates) {
      const { days, reference } = dates;
      const unknown = days.includes(undefined);
      if (name === "linear" && (reference === undefined || unknown)) {
        throw new RangeError(
          `Cannot interpolate in time: there must be ${
            unknown ? "a day for each date (--date)" : "a reference date"
          }, got none; or use another method`,
        );
      }
      const clear = new Float64Array(days.length);
      let all = 0;
      return {
        add({ width, height, frames, masks }) {
          const { length: bands } = dates.bands;
          all += width * height;
          for (const [l, mask] of masks.entries()) {
            for (let p = 0; p < mask.length; p++) {
              const has = !Number.isNaN(frames[l]![p * bands]!);
              if (has && mask[p] === CLOUD_CLASSES.clear) clear[l]!++;
            }
          }
        },
        finish(): CompositeFit {
          const weights = clear.map((count) =>
            isWeighted ? Math.max(count / Math.max(all, 1), LEAST) : 1
          );
          const used = Array.from(weights, (weight, date) => ({ date, weight }));
          return {
            used: used.toSorted((a, b) => b.weight - a.weight),
            notes: [],
            apply: (window) => applied(COMBINE[name], window, { ...dates, weights }),
          };
        },
      };
    },
  };
}
