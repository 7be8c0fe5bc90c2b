/** Solution of ridge equations, for groups of bands that are estimated from the same features. @module */

import { solveCholesky } from "./cholesky.ts";

/** Bands that are estimated from the same features. */
export interface RidgeGroup {
  /** Indices of the bands. */
  readonly bands: readonly number[];
  /** Indices of the features, ascending. */
  readonly features: readonly number[];
}

/** Sums over one fold, with a constant as the last feature. */
export interface Sums {
  /** Lower triangle of ΣwZᵀZ, [features + 1, features + 1]. */
  readonly squares: Float64Array;
  /** ΣwZᵀY, [features + 1, bands]. */
  readonly products: Float64Array;
}

/** Slopes and constants of all bands. */
export interface Slopes {
  /** [features, bands]; 0 for features that don't serve a band. */
  readonly slopes: Float32Array;
  /** Constant of each band. */
  readonly bias: Float32Array;
}

/** Solves the ridge equations of the sum of folds. */
export function solve(
  folds: readonly Sums[],
  { features, bands, groups = [everything({ features, bands })] }: {
    readonly features: number;
    readonly bands: number;
    readonly groups?: readonly RidgeGroup[];
  },
  lambda: number,
): Slopes {
  const size = features + 1;
  const squares = folds[0]!.squares.slice();
  const products = folds[0]!.products.slice();
  for (const more of folds.slice(1)) {
    more.squares.forEach((value, i) => squares[i]! += value);
    more.products.forEach((value, i) => products[i]! += value);
  }
  const total = squares[size * size - 1]!;
  for (let f = 0; f < features; f++) squares[f * size + f]! += lambda * total + 1e-9;
  squares[size * size - 1]! += 1e-9;
  const solved = new Float64Array(size * bands);
  for (const group of groups) solveGroup(group, { squares, products, size, bands, solved });
  return {
    slopes: Float32Array.from(solved.subarray(0, features * bands)),
    bias: Float32Array.from(solved.subarray(features * bands)),
  };
}

/** Solves for the bands of one group; they stay 0 where the equations are singular. */
function solveGroup(
  { bands: own, features }: RidgeGroup,
  { squares, products, size, bands, solved }: Sums & {
    /** Features and the constant. */
    readonly size: number;
    readonly bands: number;
    /** Receives the solution, [size, bands]. */
    readonly solved: Float64Array;
  },
): void {
  const kept = [...features, size - 1];
  const left = new Float64Array(kept.length ** 2);
  const right = new Float64Array(kept.length * own.length);
  for (const [i, from] of kept.entries()) {
    for (let j = 0; j <= i; j++) left[i * kept.length + j] = squares[from * size + kept[j]!]!;
    for (const [k, band] of own.entries()) {
      right[i * own.length + k] = products[from * bands + band]!;
    }
  }
  if (!solveCholesky(left, right, { size: kept.length, columns: own.length })) return;
  for (const [i, to] of kept.entries()) {
    for (const [k, band] of own.entries()) solved[to * bands + band] = right[i * own.length + k]!;
  }
}

/** The group in which all features serve all bands. */
function everything({ features, bands }: { features: number; bands: number }): RidgeGroup {
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
  return { bands: upTo(bands), features: upTo(features) };
}
