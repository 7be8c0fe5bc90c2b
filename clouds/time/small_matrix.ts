/**
 * Linear algebra of small symmetric matrices, as flat arrays of n·n.
 *
 * @module
 */

/**
 * Inverse of a symmetric positive definite matrix by Gauss–Jordan elimination.
 *
 * @throws {RangeError} If the matrix is singular.
 */
export function inverse(matrix: ArrayLike<number>, n: number): Float64Array {
  const left = Float64Array.from(matrix);
  const right = new Float64Array(n * n);
  for (let i = 0; i < n; i++) right[i * n + i] = 1;
  for (let k = 0; k < n; k++) {
    const pivot = left[k * n + k]!;
    if (!(Math.abs(pivot) > 0)) {
      throw new RangeError(`Cannot invert a matrix: it must be positive definite, got ${pivot}`);
    }
    for (let j = 0; j < n; j++) {
      left[k * n + j]! /= pivot;
      right[k * n + j]! /= pivot;
    }
    for (let i = 0; i < n; i++) {
      const factor = left[i * n + k]!;
      if (i === k || factor === 0) continue;
      for (let j = 0; j < n; j++) {
        left[i * n + j]! -= factor * left[k * n + j]!;
        right[i * n + j]! -= factor * right[k * n + j]!;
      }
    }
  }
  return right;
}

/** Product of an n×n matrix and an n×m matrix. */
export function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { n, m }: { readonly n: number; readonly m: number },
): Float64Array {
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < m; j++) out[i * m + j]! += a[i * n + k]! * b[k * m + j]!;
    }
  }
  return out;
}

/** Mean and covariance of the chosen rows of interleaved vectors. */
export function moments(
  rows: ArrayLike<number>,
  { n, chosen }: { readonly n: number; readonly chosen: ArrayLike<number> },
): { readonly mean: Float64Array; readonly covariance: Float64Array } {
  const count = Math.max(chosen.length, 1);
  const mean = new Float64Array(n);
  const covariance = new Float64Array(n * n);
  for (let k = 0; k < chosen.length; k++) {
    for (let b = 0; b < n; b++) mean[b]! += rows[chosen[k]! * n + b]! / count;
  }
  for (let k = 0; k < chosen.length; k++) {
    const first = chosen[k]! * n;
    for (let a = 0; a < n; a++) {
      const left = (rows[first + a]! - mean[a]!) / count;
      for (let b = 0; b < n; b++) covariance[a * n + b]! += left * (rows[first + b]! - mean[b]!);
    }
  }
  return { mean, covariance };
}

/** Value below which a share of the values lies; NaN for none. */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
