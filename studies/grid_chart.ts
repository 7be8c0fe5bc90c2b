/**
 * Heat maps of a study over two options; one panel per metric.
 *
 * @module
 */

import { element, textElement } from "../evaluation/mod.ts";
import { known, layOut, PANEL, type Panel, panelTitle } from "./chart_layout.ts";

const { width: WIDTH, height: HEIGHT, left: LEFT, right: RIGHT, top: TOP, bottom: BOTTOM } = PANEL;

/** One metric over two axes. */
export interface GridPanel extends Panel {
  /** [rows][columns]; undefined leaves a cell empty. */
  readonly values: readonly (readonly (number | undefined)[])[];
  readonly digits: number;
}

/** Contents of a grid chart. */
export interface GridChart {
  readonly title: string;
  readonly description: string;
  /** Labels of the row and column axes. */
  readonly axes: readonly [string, string];
  readonly labels: readonly [readonly string[], readonly string[]];
  readonly panels: readonly GridPanel[];
}

/** From pale to deep blue; deeper is better. */
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

/** Draws heat maps as SVG. */
export function gridChart(chart: GridChart): string {
  const panels = chart.panels.map((panel) => gridPanel(panel, chart));
  return layOut(chart, panels, "darker is better");
}
