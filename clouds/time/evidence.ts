/**
 * Opacity of cloud and loss of sunlight at each pixel, from what the other dates predict.
 *
 * A prediction y of the ground with the inverse W of its error's covariance explains a pixel x as
 * x − y = α·(cloud − y) − σ·direct·(y − path). Generalised least squares gives the opacity α and
 * the shade σ; W makes changes that this scene's ground really shows (harvest, leaves, snowmelt)
 * count for little. y is the mean of the predictions from the other dates, weighted by their trust
 * and the probability that they are clear there; W is the sum over those that are. The scene's mean
 * ground is one of them, so that pixels which no date shows are compared with that.
 *
 * @module
 */

import type { DatePixels, Pixels } from "./pixels.ts";
import type { Signature } from "./signatures.ts";

/** Prediction of one date from another: y = map·x + offset. */
export interface Partner {
  /** Index of the other date. */
  readonly date: number;
  /** [bands, bands], a row for each predicted band. */
  readonly map: Float64Array;
  /** [bands]. */
  readonly offset: Float64Array;
  /** Trace of the inverse of its error's covariance, in 1/10000. */
  readonly trust: number;
}

/** Predictions of one date. */
export interface DateFit {
  /** Mean ground of the scene on this date without its veil. */
  readonly mean: Float64Array;
  /** Opacity of haze over the whole date. */
  readonly veil: number;
  /** Predictions from other dates. */
  readonly partners: readonly Partner[];
  /**
   * Sum of the inverse covariances of the errors of the scene's mean and of each set of partners,
   * [bands, bands]; bit k of the index stands for partner k.
   */
  readonly weights: readonly Float64Array[];
}

/** Results of {@linkcode evidenceOf}, [count] each. */
export interface Evidence {
  /** Opacity of cloud. */
  readonly opacity: Float32Array;
  /** Share of direct sunlight that is lost. */
  readonly shade: Float32Array;
  /** Precision (1/variance) of both. */
  readonly opacityWeight: Float32Array;
  readonly shadeWeight: Float32Array;
  /** Predicted blue and near infrared. */
  readonly blue: Float32Array;
  readonly near: Float32Array;
  /** Largest and smallest opacity of single bands. */
  readonly most: Float32Array;
  readonly least: Float32Array;
}

/** Allocates evidence. */
export function emptyEvidence(count: number): Evidence {
  const plane = () => new Float32Array(count);
  return {
    opacity: plane(),
    shade: plane(),
    opacityWeight: plane(),
    shadeWeight: plane(),
    blue: plane(),
    near: plane(),
    most: plane(),
    least: plane(),
  };
}

/** Weight of the scene's mean ground in the prediction that scales the signatures. */
const MEAN_TRUST = 0.02;
/** Least contrast of cloud with the ground. */
const LEAST_CONTRAST = 0.1;
/** Probability below which a date does not count. */
const LEAST_CLEAR = 0.001;
/** Index of the near infrared among the bands. */
const NEAR = 3;

/**
 * Computes the evidence of one date.
 *
 * @param clear Probability that a date is clear, [dates][count].
 */
export function evidenceOf(
  pixels: Pixels,
  { date, fit, clear, signatures, out, where }: {
    readonly date: number;
    readonly fit: DateFit;
    readonly clear: readonly Float32Array[];
    readonly signatures: readonly Signature[];
    readonly out: Evidence;
    /** Probability of a clear pixel; where it is below 0.001, opacity is taken for 1. */
    readonly where?: Float32Array;
  },
): void {
  const { bands: n, count } = pixels;
  const { values, known } = pixels.dates[date] as DatePixels;
  const [cloud, direct, path] = (["cloud", "direct", "path"] as const).map((key) =>
    Float64Array.from(signatures, (one) => one[key])
  ) as [Float64Array, Float64Array, Float64Array];
  const { mean, weights } = fit;
  const partners = fit.partners.map(({ date: other, map, offset, trust }, k) => ({
    map,
    offset,
    trust,
    bit: 1 << k,
    clear: clear[other]!,
    others: pixels.dates[other]!.values,
  }));
  const plane = () => new Float64Array(n);
  const [x, ground, d1, d2] = [plane(), plane(), plane(), plane()];
  for (let i = 0; i < count; i++) {
    if (known[i] === 0) continue;
    if (where !== undefined && where[i]! < LEAST_CLEAR) {
      out.opacity[i] = 1;
      out.shade[i] = 0;
      continue;
    }
    const first = i * n;
    let trust = MEAN_TRUST;
    let chosen = 0;
    for (let b = 0; b < n; b++) ground[b] = MEAN_TRUST * mean[b]!;
    for (let j = 0; j < partners.length; j++) {
      const { clear: clears, others, map, offset, trust: own, bit } = partners[j]!;
      const p = clears[i]!;
      if (p < LEAST_CLEAR) continue;
      if (p > 0.5) chosen |= bit;
      const share = p * own;
      trust += share;
      for (let b = 0; b < n; b++) x[b] = others[first + b]!;
      for (let a = 0, k = 0; a < n; a++) {
        let y = offset[a]!;
        for (let b = 0; b < n; b++, k++) y += map[k]! * x[b]!;
        ground[a]! += share * y;
      }
    }
    const weight = weights[chosen]!;
    let most = -Infinity, least = Infinity;
    for (let b = 0; b < n; b++) {
      const y = ground[b]! / trust;
      const value = values[first + b]!;
      const contrast = Math.max(cloud[b]! - y, LEAST_CONTRAST);
      d1[b] = contrast;
      d2[b] = -Math.max(y - path[b]!, 0.2 * y) * direct[b]!;
      ground[b] = y;
      x[b] = value - y;
      const single = (value - y) / contrast;
      if (single > most) most = single;
      if (single < least) least = single;
    }
    let g11 = 0, g12 = 0, g22 = 0, b1 = 0, b2 = 0;
    for (let a = 0, k = 0; a < n; a++) {
      let w1 = 0, w2 = 0;
      for (let b = 0; b < n; b++, k++) {
        const w = weight[k]!;
        w1 += w * d1[b]!;
        w2 += w * d2[b]!;
      }
      const c1 = d1[a]!, c2 = d2[a]!;
      g11 += c1 * w1;
      g12 += c1 * w2;
      g22 += c2 * w2;
      b1 += w1 * x[a]!;
      b2 += w2 * x[a]!;
    }
    const determinant = g11 * g22 - g12 * g12;
    const both = (b1 * g22 - b2 * g12) / determinant;
    const shade = (b2 * g11 - b1 * g12) / determinant;
    // Neither is below 0: the other one explains the pixel alone.
    out.opacity[i] = shade < 0 || both < 0 ? b1 / g11 : both;
    out.shade[i] = both < 0 ? b2 / g22 : shade < 0 ? 0 : shade;
    out.opacityWeight[i] = g11;
    out.shadeWeight[i] = g22;
    out.blue[i] = ground[0]!;
    out.near[i] = ground[NEAR]!;
    out.most[i] = most;
    out.least[i] = least;
  }
}
