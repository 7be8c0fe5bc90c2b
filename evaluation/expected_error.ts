/**
 * Agreement of errors expected by the self-check with true errors.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import { diagonalChart } from "./diagonal_chart.ts";
import type { ReliabilityChartOptions } from "./reliability_chart.ts";

/** Error that the self-check expected, and the true one. */
export interface ExpectedError {
  /** Expected root mean square error. */
  readonly expected: number;
  /** True root mean square error. */
  readonly observed: number;
}

/** Agreement of expected and true errors; plain JSON. */
export interface ExpectedErrorFit {
  /** Number of images. */
  readonly count: number;
  /** Correlation of the logarithms. */
  readonly correlation: number;
  /** Geometric mean of observed / expected; above 1 if errors exceed expectation. */
  readonly ratio: number;
  /** Typical factor around that ratio: e^(standard deviation of log(observed / expected)). */
  readonly spread: number;
}

/**
 * Compares expected errors with true ones.
 *
 * @throws {RangeError} If there are fewer than two, or one is not above 0.
 */
export function expectedErrorFit(errors: readonly ExpectedError[]): ExpectedErrorFit {
  const logs = errors.map(({ expected, observed }) => [Math.log(expected), Math.log(observed)]);
  if (logs.length < 2 || !logs.flat().every(Number.isFinite)) {
    throw new RangeError(
      "Cannot compare expected errors: there must be at least two, all above 0, got " +
        JSON.stringify(errors.slice(0, 3)),
    );
  }
  const [a, b] = [logs.map(([one]) => one!), logs.map(([, one]) => one!)];
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = (left: readonly number[], right: readonly number[]) =>
    mean(left.map((value, i) => (value - mean(left)) * (right[i]! - mean(right))));
  const off = logs.map(([one, other]) => other! - one!);
  const variances = covariance(a, a) * covariance(b, b);
  return {
    count: errors.length,
    correlation: variances === 0 ? 0 : covariance(a, b) / Math.sqrt(variances),
    ratio: Math.exp(mb - ma),
    spread: Math.exp(Math.sqrt(covariance(off, off))),
  };
}

/** Draws expected and true errors as dots with the diagonal, as SVG. */
export function expectedErrorChart(
  errors: readonly ExpectedError[],
  { title, unit }: ReliabilityChartOptions,
): string {
  const { count, correlation, ratio, spread } = expectedErrorFit(errors);
  const axis = unit === undefined ? "" : ` (${unit})`;
  const facts = `true / expected ${ratio.toFixed(2)} ×÷ ${spread.toFixed(2)} · correlation ` +
    correlation.toFixed(2);
  return diagonalChart({
    title,
    facts,
    description:
      `True against expected root mean square error of ${count} images. ${facts}. Points ` +
      "above the dashed diagonal have larger errors than expected.",
    axes: [`expected RMSE${axis}`, `true RMSE${axis}`],
    points: errors.map(({ expected, observed }) => [expected, observed] as const),
    joined: false,
  });
}
