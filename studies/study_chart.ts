/**
 * Charts of a study.
 *
 * @module
 */

import { type GridChart, gridChart } from "./grid_chart.ts";
import { type LineChart, lineChart } from "./line_chart.ts";
import { STUDY_METRICS, type StudyMetric } from "./study.ts";
import { showValue } from "./study_groups.ts";
import { ours, titleOf } from "./study_markdown.ts";
import type { GroupResult, StudyResult } from "./study_result.ts";

/** Text alternative of a chart. */
function describe(group: GroupResult, metrics: readonly StudyMetric[]): string {
  return group.rows.map((row) =>
    `${row.name}: ${
      metrics.map((metric) => `${STUDY_METRICS[metric].label} ${ours(row, metric)}`).join(", ")
    }`
  ).join("; ");
}

/** Draws a group as SVG: heat maps if two options vary, else lines. */
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
      // With a preset the paper's values are not comparable: other size, other data.
      paper: rows.map(({ paper }) => result.preset === undefined ? paper?.[metric] : undefined),
    })),
  };
  return lineChart(chart);
}
