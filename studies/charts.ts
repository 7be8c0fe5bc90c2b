/**
 * Charts of a study: lines with their spread, and grids as heat maps, one panel a metric.
 *
 * @module
 */

import { element, roundTicks, svgDocument, textElement } from "../evaluation/mod.ts";

/** Numbers of one panel. */
interface Panel {
  /** As "PSNR (dB)". */
  readonly title: string;
  readonly better: "higher" | "lower";
}

/** Lines over one axis. */
export interface LinePanel extends Panel {
  /** Ours at each place; a place without a number is a gap. */
  readonly values: readonly (number | undefined)[];
  /** Standard deviations. */
  readonly spread: readonly (number | undefined)[];
  /** The paper's. */
  readonly paper: readonly (number | undefined)[];
}

/** What is common to the panels of a chart. */
export interface LineChart {
  readonly title: string;
  readonly description: string;
  /** What the places are, as "N". */
  readonly axis: string;
  readonly labels: readonly string[];
  readonly panels: readonly LinePanel[];
  /** Whether places follow each other, so that lines join them. */
  readonly joined: boolean;
}

const WIDTH = 360;
const HEIGHT = 250;
const LEFT = 56;
const RIGHT = 16;
const TOP = 56;
const BOTTOM = 44;
const COLUMNS = 2;
const HEAD = 32;

/** Panels in two columns under a heading. */
function layOut(
  { title, description }: { readonly title: string; readonly description: string },
  panels: readonly string[],
  legend: string,
): string {
  const columns = Math.min(COLUMNS, panels.length);
  const placed = panels.map((panel, i) => {
    const [x, y] = [i % columns * WIDTH, HEAD + Math.floor(i / columns) * HEIGHT];
    return element("g", { transform: `translate(${x} ${y})` }, panel);
  });
  const size = {
    width: columns * WIDTH,
    height: HEAD + Math.ceil(panels.length / columns) * HEIGHT,
  };
  const heading = textElement(title, { x: 12, y: 22, class: "head" });
  return svgDocument({ ...size, title, description }, heading, legend, ...placed);
}

function panelTitle({ title, better }: Panel): string {
  return textElement(title, { x: LEFT, y: 22, class: "name" }) +
    textElement(`${better} is better`, { x: LEFT, y: 38, class: "soft" });
}

function known(values: readonly (number | undefined)[]): readonly number[] {
  return values.filter((value) => value !== undefined);
}

/** Places between the vertical borders of a panel. */
function placeOf(i: number, count: number): number {
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
  const x = (i: number) => placeOf(i, labels.length);
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

/** A chart of lines as SVG. */
export function lineChart(chart: LineChart): string {
  const columns = Math.min(COLUMNS, chart.panels.length);
  const right = columns * WIDTH - 12;
  const hasPaper = chart.panels.some(({ paper }) => known(paper).length > 0);
  const spread = chart.panels.some(({ spread }) => known(spread).length > 0);
  const ours = `● ours${spread ? ", bars: spread over seeds" : ""}`;
  const legend = textElement(hasPaper ? `${ours} · ◇ the paper` : ours, {
    x: right,
    y: 22,
    class: "soft",
    "text-anchor": "end",
  });
  return layOut(chart, chart.panels.map((panel) => linePanel(panel, chart)), legend);
}

/** Numbers over two axes. */
export interface GridPanel extends Panel {
  /** [rows][columns]; a cell without a number is empty. */
  readonly values: readonly (readonly (number | undefined)[])[];
  readonly digits: number;
}

/** What is common to the panels of a grid. */
export interface GridChart {
  readonly title: string;
  readonly description: string;
  /** Of the rows and of the columns. */
  readonly axes: readonly [string, string];
  readonly labels: readonly [readonly string[], readonly string[]];
  readonly panels: readonly GridPanel[];
}

/** From pale to deep blue; deep is better. */
const RAMP = [[222, 235, 247], [158, 202, 225], [66, 146, 198], [8, 81, 156]] as const;

function colourAt(share: number): { readonly fill: string; readonly text: string } {
  const at = share * (RAMP.length - 1);
  const i = Math.min(Math.floor(at), RAMP.length - 2);
  const mixed = RAMP[i]!.map((low, c) => Math.round(low + (RAMP[i + 1]![c]! - low) * (at - i)));
  return { fill: `rgb(${mixed.join(",")})`, text: share > 0.55 ? "ondark" : "onlight" };
}

function gridPanel(panel: GridPanel, { axes, labels }: GridChart): string {
  const [rows, columns] = labels;
  const all = known(panel.values.flat());
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const cell = {
    width: (WIDTH - LEFT - RIGHT) / columns.length,
    height: (HEIGHT - TOP - BOTTOM) / rows.length,
  };
  const middle = { "text-anchor": "middle" } as const;
  const cells = rows.flatMap((_, r) =>
    columns.map((_, c) => {
      const value = panel.values[r]?.[c];
      const at = { x: LEFT + c * cell.width, y: TOP + r * cell.height };
      const share = value === undefined || high === low ? 0.5 : (value - low) / (high - low);
      const colour = colourAt(panel.better === "higher" ? share : 1 - share);
      const shape = value === undefined ? { class: "cell none" } : {
        class: "cell",
        fill: colour.fill,
      };
      const label = { x: at.x + cell.width / 2, y: at.y + cell.height / 2 + 4, ...middle };
      return element("rect", { ...at, ...cell, ...shape }) + (value === undefined
        ? textElement("–", { ...label, class: "soft" })
        : textElement(value.toFixed(panel.digits), { ...label, class: colour.text }));
    })
  );
  const left = rows.map((label, r) =>
    textElement(label, {
      x: LEFT - 6,
      y: TOP + (r + 0.5) * cell.height + 4,
      "text-anchor": "end",
    })
  );
  const below = columns.map((label, c) =>
    textElement(label, { x: LEFT + (c + 0.5) * cell.width, y: HEIGHT - BOTTOM + 16, ...middle })
  );
  const names = [
    textElement(axes[0], { x: 8, y: TOP - 6, class: "soft" }),
    textElement(axes[1], {
      x: (LEFT + WIDTH - RIGHT) / 2,
      y: HEIGHT - 8,
      class: "soft",
      ...middle,
    }),
  ];
  return [panelTitle(panel), ...cells, ...left, ...below, ...names].join("");
}

/** A grid as heat maps, one a metric. */
export function gridChart(chart: GridChart): string {
  const columns = Math.min(COLUMNS, chart.panels.length);
  const legend = textElement("deeper is better", {
    x: columns * WIDTH - 12,
    y: 22,
    class: "soft",
    "text-anchor": "end",
  });
  return layOut(chart, chart.panels.map((panel) => gridPanel(panel, chart)), legend);
}
