/**
 * The reliability diagram: observed against predicted error, on the diagonal where deviations tell the
 * truth.
 *
 * @module
 */

import type { Reliability } from "./reliability.ts";
import { element, svgDocument, textElement } from "./svg.ts";

/** Options of {@linkcode reliabilityChart}. */
export interface ReliabilityChartOptions {
  readonly title: string;
  /** Unit of the deviations, as "DN". Default none. */
  readonly unit?: string;
}

const SIZE = 360;
const LEFT = 64;
const RIGHT = 20;
const TOP = 48;
const BOTTOM = 48;
const INNER = SIZE - LEFT - RIGHT;
const HEIGHT = INNER + TOP + BOTTOM;

/** 1, 2 and 5 times powers of ten from just below `low` to just above `high`. */
function logTicks(low: number, high: number): readonly number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const all = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i))
    .flatMap((power) => [power, 2 * power, 5 * power]);
  const from = all.findLastIndex((tick) => tick <= low * (1 + 1e-9));
  const to = all.findIndex((tick) => tick >= high * (1 - 1e-9));
  return all.slice(Math.max(from, 0), to + 1);
}

/** Points on two logarithmic axes of one unit. */
interface DiagonalChart {
  readonly title: string;
  readonly facts: string;
  readonly description: string;
  /** Across and up. */
  readonly axes: readonly [string, string];
  /** [across, up], above 0. */
  readonly points: readonly (readonly [number, number])[];
  /** Whether a line joins them. */
  readonly joined: boolean;
}

function diagonalChart(
  { title, facts, description, axes, points, joined }: DiagonalChart,
): string {
  const all = points.flat();
  const ticks = logTicks(Math.min(...all), Math.max(...all));
  const [low, high] = [Math.log(ticks[0]!), Math.log(ticks.at(-1)!)];
  const along = (value: number) => (Math.log(value) - low) / (high - low) * INNER;
  const x = (value: number) => LEFT + along(value);
  const y = (value: number) => TOP + INNER - along(value);
  const grid = ticks.map((tick) => {
    const text = String(Number(tick.toPrecision(1)));
    const [right, bottom] = [LEFT + INNER, TOP + INNER];
    return element("line", { class: "grid", x1: LEFT, x2: right, y1: y(tick), y2: y(tick) }) +
      element("line", { class: "grid", x1: x(tick), x2: x(tick), y1: TOP, y2: bottom }) +
      textElement(text, { x: LEFT - 6, y: y(tick) + 4, class: "soft", "text-anchor": "end" }) +
      textElement(text, { x: x(tick), y: bottom + 16, class: "soft", "text-anchor": "middle" });
  });
  const diagonal = element("line", {
    class: "axis",
    "stroke-dasharray": "4 4",
    x1: LEFT,
    y1: TOP + INNER,
    x2: LEFT + INNER,
    y2: TOP,
  });
  const line = element("polyline", {
    class: "ours line",
    points: points.map(([across, up]) => `${x(across).toFixed(1)},${y(up).toFixed(1)}`).join(" "),
  });
  const dots = points.map(([across, up]) =>
    element("circle", { class: "ours", cx: x(across), cy: y(up), r: 4 })
  );
  const middle = { class: "soft", "text-anchor": "middle" };
  return svgDocument(
    { width: SIZE, height: HEIGHT, title, description },
    ...grid,
    diagonal,
    ...(joined ? [line] : []),
    ...dots,
    textElement(title, { x: 12, y: 20, class: "head" }),
    textElement(facts, { x: 12, y: 38, class: "soft" }),
    textElement(axes[0], { x: LEFT + INNER / 2, y: HEIGHT - 10, ...middle }),
    textElement(axes[1], {
      transform: `translate(16 ${TOP + INNER / 2}) rotate(-90)`,
      ...middle,
    }),
  );
}

/** The bins as dots over two logarithmic axes, with the diagonal, as SVG. */
export function reliabilityChart(
  { bins, ence, ratio, correlation: { spearman } }: Reliability,
  { title, unit }: ReliabilityChartOptions,
): string {
  const axis = unit === undefined ? "" : ` (${unit})`;
  const facts = `error / deviation ${ratio.toFixed(2)} · ENCE ${ence.toFixed(2)} · rank ` +
    `correlation ${spearman.toFixed(2)}`;
  return diagonalChart({
    title,
    facts,
    description: `Root mean square error by predicted deviation, in ${bins.length} bins of equal ` +
      `counts. ${facts}. On the dashed diagonal they are equal; above it errors are larger than ` +
      "predicted.",
    axes: [`predicted deviation${axis}`, `observed error${axis}`],
    points: bins.filter(({ observed }) => observed > 0)
      .map(({ predicted, observed }) => [predicted, observed] as const),
    joined: true,
  });
}

/** Errors that a check expected, and true ones. */
export interface ExpectedError {
  readonly expected: number;
  readonly observed: number;
}

/** How well expected errors predict true ones; plain JSON. */
export interface ExpectedErrorFit {
  readonly count: number;
  /** Correlation of the logarithms. */
  readonly correlation: number;
  /** Geometric mean of observed / expected: above 1 where errors are larger than expected. */
  readonly ratio: number;
  /** By what factor observed / expected usually is off that: e^(standard deviation of its logarithm). */
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
  const meanOf = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [logs.map(([one]) => one!), logs.map(([, one]) => one!)];
  const [ma, mb] = [meanOf(a), meanOf(b)];
  const covariance = (left: readonly number[], right: readonly number[]) =>
    meanOf(left.map((value, i) => (value - meanOf(left)) * (right[i]! - meanOf(right))));
  const off = logs.map(([one, other]) => other! - one!);
  const variances = covariance(a, a) * covariance(b, b);
  return {
    count: errors.length,
    correlation: variances === 0 ? 0 : covariance(a, b) / Math.sqrt(variances),
    ratio: Math.exp(mb - ma),
    spread: Math.exp(Math.sqrt(covariance(off, off))),
  };
}

/** Expected and true errors as dots, with the diagonal, as SVG. */
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
      `True against expected root mean square error of ${count} images. ${facts}. Above ` +
      "the dashed diagonal errors are larger than expected.",
    axes: [`expected RMSE${axis}`, `true RMSE${axis}`],
    points: errors.map(({ expected, observed }) => [expected, observed] as const),
    joined: false,
  });
}
