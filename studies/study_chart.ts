/**
 * The plots of a study.
 *
 * @module
 */

import { type GridChart, gridChart, type LineChart, lineChart } from "./charts.ts";
import { showValue, STUDY_METRICS, type StudyMetric } from "./study.ts";
import { ours, titleOf } from "./study_markdown.ts";
import type { GroupResult, StudyResult } from "./study_result.ts";

/** What a chart shows, in words. */
function describe(group: GroupResult, metrics: readonly StudyMetric[]): string {
  return group.rows.map((row) =>
    `${row.name}: ${
      metrics.map((metric) => `${STUDY_METRICS[metric].label} ${ours(row, metric)}`).join(", ")
    }`
  ).join("; ");
}

/** The plot of a group as SVG: a grid where two options are varied, else lines. */
export function studyChart(group: GroupResult, result: StudyResult): string {
  const { over, rows, title } = group;
  const metrics = result.metrics.filter((metric) =>
    rows.some(({ mean }) => mean[metric] !== undefined)
  );
  const common = { title, description: describe(group, metrics) };
  const panel = (metric: StudyMetric) => ({
    title: titleOf(metric),
    better: STUDY_METRICS[metric].better,
  });
  const [first, second] = over;
  if (first !== undefined && second !== undefined) {
    const chart: GridChart = {
      ...common,
      axes: [first.symbol, second.symbol],
      labels: [first.values.map(showValue), second.values.map(showValue)],
      panels: metrics.map((metric) => ({
        ...panel(metric),
        digits: STUDY_METRICS[metric].digits,
        values: first.values.map((a) =>
          second.values.map((b) =>
            rows.find(({ at }) => at?.[0] === a && at[1] === b)?.mean[metric]
          )
        ),
      })),
    };
    return gridChart(chart);
  }
  const chart: LineChart = {
    ...common,
    axis: first?.symbol ?? "",
    labels: first === undefined ? rows.map(({ name }) => name) : first.values.map(showValue),
    joined: true,
    panels: metrics.map((metric) => ({
      ...panel(metric),
      values: rows.map(({ mean }) => mean[metric]),
      spread: rows.map(({ spread }) => spread[metric]),
      // At another size and on other data the paper's numbers have no place on the same axis.
      paper: rows.map(({ paper }) => result.preset === undefined ? paper?.[metric] : undefined),
    })),
  };
  return lineChart(chart);
}
