/**
 * Reliability diagram: observed error against predicted standard deviation.
 *
 * @module
 */

import { diagonalChart } from "./diagonal_chart.ts";
import type { Reliability } from "./reliability.ts";

/** Options of {@linkcode reliabilityChart}. */
export interface ReliabilityChartOptions {
  /** Title of the chart. */
  readonly title: string;
  /** Unit of the values, as "DN". Default none. */
  readonly unit?: string;
}

/** Draws the bins as dots on two logarithmic axes with the diagonal, as SVG. */
export function reliabilityChart(
  { bins, ence, ratio, correlation: { spearman } }: Reliability,
  { title, unit }: ReliabilityChartOptions,
): string {
  const axis = unit === undefined ? "" : ` (${unit})`;
  const facts = `error / standard deviation ${ratio.toFixed(2)} · ENCE ${ence.toFixed(2)} · rank ` +
    `correlation ${spearman.toFixed(2)}`;
  return diagonalChart({
    title,
    facts,
    description:
      `Root mean square error by predicted standard deviation, in ${bins.length} bins of ` +
      `equal counts. ${facts}. Points above the dashed diagonal have larger errors than predicted.`,
    axes: [`predicted standard deviation${axis}`, `observed RMSE${axis}`],
    points: bins.filter(({ observed }) => observed > 0)
      .map(({ predicted, observed }) => [predicted, observed] as const),
    joined: true,
  });
}
