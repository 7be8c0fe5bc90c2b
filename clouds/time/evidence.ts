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
/** Most bands: as many as there are signatures. */
const MOST_BANDS = 6;
/** Index of the near infrared among the bands. */
const NEAR = 3;

/** Copies a matrix of bands into one of {@linkcode MOST_BANDS} rows, and as many columns if it has many. */
function padded(
  matrix: Float64Array,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Float64Array {
  const wide = columns === 1 ? 1 : MOST_BANDS;
  const out = new Float64Array(MOST_BANDS * wide);
  for (let row = 0; row < rows; row++) {
    out.set(matrix.subarray(row * columns, (row + 1) * columns), row * wide);
  }
  return out;
}

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
  const weights = fit.weights.map((weight) => padded(weight, { rows: n, columns: n }));
  const mean = padded(fit.mean, { rows: n, columns: 1 });
  const partners = fit.partners.map(({ date: other, map, offset, trust }, k) => ({
    map: padded(map, { rows: n, columns: n }),
    offset: padded(offset, { rows: n, columns: 1 }),
    trust,
    bit: 1 << k,
    clear: clear[other]!,
    others: pixels.dates[other]!.values,
  }));
  const plane = () => new Float64Array(MOST_BANDS);
  const [x, ground, d1, d2] = [plane(), plane(), plane(), plane()];
  const [hasFifth, hasSixth] = [n > 4, n > 5];
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
    let y0 = MEAN_TRUST * mean[0]!, y1 = MEAN_TRUST * mean[1]!, y2 = MEAN_TRUST * mean[2]!;
    let y3 = MEAN_TRUST * mean[3]!, y4 = MEAN_TRUST * mean[4]!, y5 = MEAN_TRUST * mean[5]!;
    for (let j = 0; j < partners.length; j++) {
      const { clear: clears, others, map, offset, trust: own, bit } = partners[j]!;
      const p = clears[i]!;
      if (p < LEAST_CLEAR) continue;
      if (p > 0.5) chosen |= bit;
      const share = p * own;
      trust += share;
      // Unrolled, so that the six values stay in registers.
      const a = others[first]!, b = others[first + 1]!, c = others[first + 2]!;
      const d = others[first + 3]!;
      const e = hasFifth ? others[first + 4]! : 0, f = hasSixth ? others[first + 5]! : 0;
      y0 += share * (offset[0]! + map[0]! * a + map[1]! * b + map[2]! * c + map[3]! * d +
        map[4]! * e + map[5]! * f);
      y1 += share * (offset[1]! + map[6]! * a + map[7]! * b + map[8]! * c + map[9]! * d +
        map[10]! * e + map[11]! * f);
      y2 += share * (offset[2]! + map[12]! * a + map[13]! * b + map[14]! * c + map[15]! * d +
        map[16]! * e + map[17]! * f);
      y3 += share * (offset[3]! + map[18]! * a + map[19]! * b + map[20]! * c + map[21]! * d +
        map[22]! * e + map[23]! * f);
      if (!hasFifth) continue;
      y4 += share * (offset[4]! + map[24]! * a + map[25]! * b + map[26]! * c + map[27]! * d +
        map[28]! * e + map[29]! * f);
      if (!hasSixth) continue;
      y5 += share * (offset[5]! + map[30]! * a + map[31]! * b + map[32]! * c + map[33]! * d +
        map[34]! * e + map[35]! * f);
    }
    ground[0] = y0;
    ground[1] = y1;
    ground[2] = y2;
    ground[3] = y3;
    ground[4] = y4;
    ground[5] = y5;
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
    const p0 = d1[0]!, p1 = d1[1]!, p2 = d1[2]!, p3 = d1[3]!, p4 = d1[4]!, p5 = d1[5]!;
    const q0 = d2[0]!, q1 = d2[1]!, q2 = d2[2]!, q3 = d2[3]!, q4 = d2[4]!, q5 = d2[5]!;
    for (let a = 0, k = 0; a < n; a++, k += MOST_BANDS) {
      const v0 = weight[k]!, v1 = weight[k + 1]!, v2 = weight[k + 2]!;
      const v3 = weight[k + 3]!, v4 = weight[k + 4]!, v5 = weight[k + 5]!;
      const w1 = v0 * p0 + v1 * p1 + v2 * p2 + v3 * p3 + v4 * p4 + v5 * p5;
      const w2 = v0 * q0 + v1 * q1 + v2 * q2 + v3 * q3 + v4 * q4 + v5 * q5;
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
