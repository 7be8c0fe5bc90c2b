/**
 * Composites of each pixel alone, from the dates that are clear there: clearest, mean, median, linear
 * in time, medoid and geometric median. Where no date is clear, they take the median of all.
 *
 * @module
 */

import { CLOUD_CLASSES } from "../../clouds/mod.ts";
import { withoutRim } from "./grow.ts";
import {
  type Mean,
  MEAN_ORIGIN,
  type MeanFit,
  type MeanImage,
  type MeanScene,
  type MeanSurveyData,
  type MeanWindow,
  type Region,
} from "./mean.ts";

/** Observations of a pixel: spectra [count, bands] of the dates that are clear there. */
interface Observations {
  readonly count: number;
  readonly bands: number;
  readonly spectra: Float32Array;
  /** Date of each observation. */
  readonly dates: Int32Array;
  /** Weight of each date. */
  readonly weights: Float64Array;
  readonly days: readonly number[];
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

/** Methods that weigh the dates by their clear ground in the scene. */
export const WEIGHTED: readonly PixelMethodName[] = ["clearest", "medoid", "geomedian"];

/** Names of {@linkcode pixelMethod}. */
export const PIXEL_METHODS = Object.keys(COMBINE) as readonly PixelMethodName[];

/** Least weight of a date, so that one without any clear pixel still counts. */
const LEAST = 1e-3;

/** What a method knows of a scene: clear pixels of each date; none if it didn't look. */
interface PixelSurvey extends MeanSurveyData {
  readonly clear: readonly number[];
}

/** Plan of a method for one reference. */
interface PixelFit extends MeanFit {
  readonly scene: MeanScene;
  /** Weight of each date. */
  readonly weights: Float64Array;
}

/** Days from the reference to the nearest observation; NaN without a reference. */
function nearest({ count, dates, days, reference }: Observations, only?: number): number {
  if (reference === undefined) return NaN;
  const now = days[reference]!;
  let best = Infinity;
  for (let i = 0; i < count; i++) {
    if (only === undefined || i === only) best = Math.min(best, Math.abs(days[dates[i]!]! - now));
  }
  return best;
}

/** Applies a combination to every pixel of the core. */
function applied(
  combine: Combine,
  { fit, window, core, grow }: {
    readonly fit: PixelFit;
    readonly window: MeanWindow;
    readonly core: Region;
    readonly grow: number;
  },
): MeanImage {
  const { scene: { bands, days }, reference, weights } = fit;
  const frames = window.frames.map((frame) => frame!);
  const clears = window.masks.map((mask) => withoutRim(mask!, { ...window, grow }));
  const pixels = core.width * core.height;
  const image = new Float32Array(pixels * bands).fill(NaN);
  const support = new Float32Array(pixels);
  const gaps = new Float32Array(pixels).fill(NaN);
  const error = new Float32Array(pixels).fill(NaN);
  const origin = new Uint8Array(pixels);
  const spectra = new Float32Array(frames.length * bands);
  const dates = new Int32Array(frames.length);
  const collect = (at: number, clearOnly: boolean): Observations => {
    let count = 0;
    for (let l = 0; l < frames.length; l++) {
      if (clearOnly && clears[l]![at] === 0) continue;
      const frame = frames[l]!;
      let has = true;
      for (let b = 0; b < bands; b++) {
        const value = frame[at * bands + b]!;
        has &&= !Number.isNaN(value);
        spectra[count * bands + b] = value;
      }
      if (has) dates[count++] = l;
    }
    return { count, bands, spectra, dates, weights, days, reference };
  };
  for (let p = 0; p < pixels; p++) {
    const y = core.row - window.row + Math.floor(p / core.width);
    const at = y * window.width + core.column - window.column + p % core.width;
    const out = image.subarray(p * bands, (p + 1) * bands);
    const clear = collect(at, true);
    if (clear.count === 0) {
      const all = collect(at, false);
      if (all.count > 0) median(all, out);
      origin[p] = all.count > 0 ? MEAN_ORIGIN.hidden : MEAN_ORIGIN.none;
      continue;
    }
    const own = reference === undefined ? -1 : dates.subarray(0, clear.count).indexOf(reference);
    const only = own >= 0 ? copy(clear, own, out) : combine(clear, out);
    origin[p] = own >= 0 ? MEAN_ORIGIN.reference : MEAN_ORIGIN.dates;
    support[p] = own >= 0 ? 1 : clear.count / (clear.count + 1);
    gaps[p] = nearest(clear, only);
  }
  return { image, support, days: gaps, error, origin };
}

/** Counts the clear pixels of each date. */
function countClear(scene: MeanScene, grow: number) {
  const clear = scene.days.map(() => 0);
  return {
    add(window: MeanWindow, core: Region = window): void {
      for (const [l, mask] of window.masks.entries()) {
        const flags = withoutRim(mask!, { ...window, grow });
        for (let y = core.row - window.row; y < core.row - window.row + core.height; y++) {
          const first = y * window.width + core.column - window.column;
          for (let i = first; i < first + core.width; i++) {
            if (flags[i] === 1 && !Number.isNaN(window.frames[l]![i * scene.bands]!)) clear[l]!++;
          }
        }
      }
    },
    finish: (): PixelSurvey => ({ scene, clear }),
  };
}

/**
 * Composite of each pixel alone.
 *
 * @param grow Pixels around hidden ones that count as hidden.
 */
export function pixelMethod(
  name: PixelMethodName,
  { grow }: { readonly grow: number },
): Mean<PixelSurvey, PixelFit> {
  const isWeighted = WEIGHTED.includes(name);
  return {
    surveyMargin: grow,
    margin: grow,
    survey: (scene) => countClear(scene, grow),
    fit({ scene, clear }, reference) {
      const { days, width, height } = scene;
      const most = Math.max(...clear);
      const weights = Float64Array.from(
        clear,
        (count) => isWeighted && most > 0 ? Math.max(count / most, LEAST) : 1,
      );
      const all = days.keys().toArray();
      const others = all.filter((l) => l !== reference);
      return {
        scene,
        weights,
        reference,
        dates: others.map((index) => ({
          index,
          days: reference === undefined ? 0 : days[index]! - days[reference]!,
          clear: isWeighted ? clear[index]! / (width * height) : NaN,
          error: NaN,
          used: true,
        })),
        uses: all,
        notes: others.length > 0 || reference === undefined
          ? []
          : ["the series has one date: hidden pixels stay as they are"],
      };
    },
    apply: (fit, window, core = window) => applied(COMBINE[name], { fit, window, core, grow }),
  };
}
