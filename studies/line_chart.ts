/**
 * Line charts of a study, with error bars over seeds; one panel per metric.
 *
 * @module
 */

import { element, roundTicks, textElement } from "../evaluation/mod.ts";
import { known, layOut, PANEL, type Panel, panelTitle } from "./chart_layout.ts";

/** One metric over the points of an axis. */
export interface LinePanel extends Panel {
  /** Our mean at each point; undefined leaves a gap. */
  readonly values: readonly (number | undefined)[];
  /** Standard deviation over seeds at each point. */
  readonly spread: readonly (number | undefined)[];
  /** The paper's value at each point. */
  readonly paper: readonly (number | undefined)[];
}

/** Contents of a line chart. */
export interface LineChart {
  readonly title: string;
  readonly description: string;
  /** Label of the axis, as "N". */
  readonly axis: string;
  readonly labels: readonly string[];
  readonly panels: readonly LinePanel[];
  /** Joins the points with a line. */
  readonly joined: boolean;
}

const { width: WIDTH, height: HEIGHT, left: LEFT, right: RIGHT, top: TOP, bottom: BOTTOM } = PANEL;

/** x coordinate of point `i` of `count`. */
function xOf(i: number, count: number): number {
  const inner = WIDTH - LEFT - RIGHT;
  return LEFT + inner * (i + 0.5) / count;
}

function linePanel(panel: LinePanel, { labels, axis, joined }: LineChart): string {
  const { values, spread, paper } = panel;
  const ends = values.flatMap((value, i) =>
    value === undefined ? [] : [value - (spread[i] ?? 0), value + (spread[i] ?? 0)]
  );
  const all = [...ends, ...known(paper)];
  if (all.length === 0) return panelTitle(panel);
  const { ticks, decimals } = roundTicks(Math.min(...all), Math.max(...all));
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const y = (value: number) =>
    HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
  const x = (i: number) => xOf(i, labels.length);
  const grid = ticks.map((tick) =>
    element("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick) }) +
    textElement(tick.toFixed(decimals), {
      x: LEFT - 6,
      y: y(tick) + 4,
      class: "soft",
      "text-anchor": "end",
    })
  );
  const names = labels.map((label, i) =>
    textElement(label, { x: x(i), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" })
  );
  const points = values.flatMap((value, i) => value === undefined ? [] : [{ i, value }]);
  const line = joined && points.length > 1
    ? [element("polyline", {
      class: "ours line",
      points: points.map(({ i, value }) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
    })]
    : [];
  const marks = points.map(({ i, value }) => {
    const by = spread[i];
    const bar = by === undefined || by === 0 ? "" : element("path", {
      class: "ours bare",
      d: `M${x(i) - 5} ${y(value - by)}h10M${x(i) - 5} ${y(value + by)}h10` +
        `M${x(i)} ${y(value - by)}V${y(value + by)}`,
    });
    return bar + element("circle", { class: "ours", cx: x(i), cy: y(value), r: 4 });
  });
  const papers = paper.flatMap((value, i) =>
    value === undefined ? [] : [element("path", {
      class: "paper bare",
      d: `M${x(i)} ${y(value) - 6}l6 6l-6 6l-6 -6z`,
    })]
  );
  const below = textElement(axis, {
    x: (LEFT + WIDTH - RIGHT) / 2,
    y: HEIGHT - 8,
    class: "soft",
    "text-anchor": "middle",
  });
  return [panelTitle(panel), ...grid, ...names, below, ...line, ...marks, ...papers].join("");
}

/** Draws a line chart as SVG. */
export function lineChart(chart: LineChart): string {
  const hasPaper = chart.panels.some(({ paper }) => known(paper).length > 0);
  const hasBars = chart.panels.some(({ spread }) => known(spread).length > 0);
  const ours = `● ours${hasBars ? ", bars: standard deviation over seeds" : ""}`;
  const legend = hasPaper ? `${ours} · ◇ paper` : ours;
  return layOut(chart, chart.panels.map((panel) => linePanel(panel, chart)), legend);
}
