/**
 * Prediction of one date from another by regression over the ground that is clear on both.
 *
 * @module
 */

import { inverse, moments, product, quantile } from "./small_matrix.ts";

/** Pixels by which a map is pulled to the identity. */
const IDENTITY = 300;
/** Share of pixels that each round of a fit keeps. */
const KEPT = 0.95;
/** Factor of the error's covariance, which trimming makes too small. */
const INFLATION = 1.3;
/** Most pixels that a fit reads. */
const MOST = 4000;

/** Ridge regression from the bands of one date to those of another, trimmed three times. */
export function fitPair(
  { from, to, chosen, n, floors }: {
    readonly from: Float32Array;
    readonly to: Float32Array;
    readonly chosen: readonly number[];
    readonly n: number;
    readonly floors: readonly number[];
  },
): { map: Float64Array; offset: Float64Array; weight: Float64Array } {
  const step = Math.ceil(chosen.length / MOST);
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
