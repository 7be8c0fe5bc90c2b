/**
 * Distances between sets of images, on features of any network: FID (Heusel et al. 2017) and KID
 * (Bińkowski et al. 2018). Feature extraction is the caller's; scores of different networks do not
 * compare.
 *
 * @module
 */

/** One feature vector per image, row by row. */
export interface Features {
  /** Row-major [count, dimension]. */
  readonly values: ArrayLike<number>;
  /** Length of a feature vector. */
  readonly dimension: number;
}

type Matrix = Float64Array[];

/** Largest off-diagonal element, relative to the trace, at which Jacobi rotations stop. */
const ROTATION_ERROR = 1e-14;

/** Sweeps of Jacobi rotations; they converge quadratically. */
const MOST_SWEEPS = 60;

/**
 * Fréchet distance of two Gaussians fitted to features: |m₁ − m₂|² + tr(S₁ + S₂ − 2(S₁S₂)^½), with
 * sample covariances. Not below 0 but for rounding.
 *
 * @throws {TypeError} If the features do not fit each other.
 * @throws {RangeError} If a set has fewer than two images or a number is not finite.
 */
export function fid(found: Features, wanted: Features): number {
  const [a, b] = check("FID", found, wanted).map(gaussian) as [Gaussian, Gaussian];
  const gap = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]!) ** 2, 0);
  // (S₁S₂)^½ and the symmetric (S₁^½·S₂·S₁^½)^½ have the same trace.
  const root = squareRoot(a.covariance);
  const inner = multiply(multiply(root, b.covariance), root);
  const { values } = eigen(inner);
  const cross = values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return gap + trace(a.covariance) + trace(b.covariance) - 2 * cross;
}

/**
 * Kernel distance: the unbiased squared MMD with the kernel (x·y/d + 1)³ over all images. It may be
 * below 0 for equal distributions.
 *
 * @throws {TypeError} If the features do not fit each other.
 * @throws {RangeError} If a set has fewer than two images or a number is not finite.
 */
export function kid(found: Features, wanted: Features): number {
  const [a, b] = check("KID", found, wanted) as [Matrix, Matrix];
  const kernel = (x: Float64Array, y: Float64Array) =>
    (x.reduce((sum, value, i) => sum + value * y[i]!, 0) / x.length + 1) ** 3;
  const total = (rows: Matrix, others: Matrix) =>
    rows.reduce(
      (sum, x, i) =>
        others.reduce((part, y, j) => rows === others && i === j ? part : part + kernel(x, y), sum),
      0,
    );
  const within = (rows: Matrix) => total(rows, rows) / (rows.length * (rows.length - 1));
  return within(a) + within(b) - 2 * total(a, b) / (a.length * b.length);
}

/** The rows of both sets. */
function check(name: string, ...sets: readonly Features[]): Matrix[] {
  const [first] = sets as [Features];
  return sets.map(({ values, dimension }) => {
    if (
      dimension !== first.dimension || !(dimension > 0) || values.length % dimension !== 0
    ) {
      throw new TypeError(
        `Cannot compute ${name}: both sets must have rows of one dimension, got ${values.length} ` +
          `values in rows of ${dimension}, and rows of ${first.dimension}`,
      );
    }
    const count = values.length / dimension;
    if (count < 2) {
      throw new RangeError(
        `Cannot compute ${name}: a set must have at least two images, got ${count}`,
      );
    }
    const rows = Array.from(
      { length: count },
      (_, i) => Float64Array.from({ length: dimension }, (_, j) => values[i * dimension + j]!),
    );
    if (!rows.every((row) => row.every(Number.isFinite))) {
      throw new RangeError(`Cannot compute ${name}: features must be finite, got NaN or Infinity`);
    }
    return rows;
  });
}

interface Gaussian {
  readonly mean: Float64Array;
  readonly covariance: Matrix;
}

function gaussian(rows: Matrix): Gaussian {
  const mean = rows[0]!.map((_, j) => rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length);
  const centered = rows.map((row) => row.map((value, j) => value - mean[j]!));
  const covariance = Array.from(
    mean,
    (_, i) =>
      mean.map((_, j) =>
        centered.reduce((sum, row) => sum + row[i]! * row[j]!, 0) / (rows.length - 1)
      ),
  );
  return { mean, covariance };
}

const trace = (matrix: Matrix) => matrix.reduce((sum, row, i) => sum + row[i]!, 0);

function multiply(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => {
    const out = new Float64Array(row.length);
    row.forEach((value, k) => b[k]!.forEach((other, j) => out[j]! += value * other));
    return out;
  });
}

/** Eigenvalues and, in columns, eigenvectors of a symmetric matrix, by cyclic Jacobi rotations. */
function eigen(matrix: Matrix): { readonly values: readonly number[]; readonly vectors: Matrix } {
  const a = matrix.map((row) => row.slice());
  const size = a.length;
  const vectors = a.map((_, i) => Float64Array.from({ length: size }, (_, j) => i === j ? 1 : 0));
  const limit = ROTATION_ERROR * a.reduce((sum, row, i) => sum + Math.abs(row[i]!), 0);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let largest = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const off = a[p]![q]!;
        largest = Math.max(largest, Math.abs(off));
        if (Math.abs(off) <= limit / size) continue;
        const ratio = (a[q]![q]! - a[p]![p]!) / (2 * off);
        const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(ratio, 1));
        const cos = 1 / Math.hypot(tangent, 1);
        const sin = tangent * cos;
        for (let k = 0; k < size; k++) {
          const [x, y] = [a[k]![p]!, a[k]![q]!];
          [a[k]![p], a[k]![q]] = [cos * x - sin * y, sin * x + cos * y];
        }
        for (let k = 0; k < size; k++) {
          const [x, y] = [a[p]![k]!, a[q]![k]!];
          [a[p]![k], a[q]![k]] = [cos * x - sin * y, sin * x + cos * y];
          const [u, v] = [vectors[k]![p]!, vectors[k]![q]!];
          [vectors[k]![p], vectors[k]![q]] = [cos * u - sin * v, sin * u + cos * v];
        }
      }
    }
    if (largest <= limit) break;
  }
  return { values: a.map((row, i) => row[i]!), vectors };
}

/** The symmetric square root of a covariance. */
function squareRoot(matrix: Matrix): Matrix {
  const { values, vectors } = eigen(matrix);
  return vectors.map((row) =>
    Float64Array.from(
      vectors,
      (other) =>
        values.reduce(
          (sum, value, k) => sum + row[k]! * Math.sqrt(Math.max(0, value)) * other[k]!,
          0,
        ),
    )
  );
}
