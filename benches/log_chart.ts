/**
 * Charts with two logarithmic axes: panels of lines and marks, with one legend.
 *
 * @module
 */

import { element, svgDocument, textElement } from "../evaluation/mod.ts";

/** A named line. */
export interface Series {
  readonly name: string;
  /** x and y > 0. Points outside the axes are left out. */
  readonly points: readonly (readonly [number, number])[];
  /** Marks instead of a line. */
  readonly marks?: boolean;
}

/** Exponents of the ends of an axis. */
export type Decades = readonly [number, number];

/** One panel. */
export interface LogPanel {
  readonly title: string;
  readonly x: { readonly label: string; readonly decades: Decades };
  readonly y: { readonly label: string; readonly decades: Decades };
  readonly series: readonly Series[];
}

/** Colours that differ on light and dark pages, also for colour-blind readers. */
const COLOURS = [
  ...["#0969da", "#bc4c00", "#1a7f37", "#8250df", "#bf3989", "#9a6700", "#0a8a8a", "#cf222e"],
  ...["#57606a", "#6e4a1f", "#3b82f6", "#7c3aed"],
] as const;

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [380, 300, 58, 14, 34, 44];
/** Width of a character in a legend, at most about. */
const CHARACTER = 8;

const superscript = (n: number) =>
  String(n).replace("-", "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(d)]!);

function panelSvg({ title, x, y, series }: LogPanel, names: readonly string[]): string {
  const across = (value: number) =>
    LEFT + (Math.log10(value) - x.decades[0]) / (x.decades[1] - x.decades[0]) *
      (WIDTH - LEFT - RIGHT);
  const up = (value: number) =>
    HEIGHT - BOTTOM - (Math.log10(value) - y.decades[0]) / (y.decades[1] - y.decades[0]) *
      (HEIGHT - TOP - BOTTOM);
  const steps = ([low, high]: Decades) => Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const grid = [
    ...steps(x.decades).flatMap((n) => [
      element("line", {
        class: "grid",
        x1: across(10 ** n),
        x2: across(10 ** n),
        y1: TOP,
        y2: HEIGHT - BOTTOM,
      }),
      textElement(`10${superscript(n)}`, {
        class: "soft",
        x: across(10 ** n),
        y: HEIGHT - BOTTOM + 16,
        "text-anchor": "middle",
      }),
    ]),
    ...steps(y.decades).flatMap((n) => [
      element("line", {
        class: "grid",
        x1: LEFT,
        x2: WIDTH - RIGHT,
        y1: up(10 ** n),
        y2: up(10 ** n),
      }),
      textElement(`10${superscript(n)}`, {
        class: "soft",
        x: LEFT - 6,
        y: up(10 ** n) + 4,
        "text-anchor": "end",
      }),
    ]),
  ];
  const inside = (value: number, [low, high]: Decades) =>
    value >= 10 ** low * 0.999 && value <= 10 ** high * 1.001;
  const lines = series.map(({ name, points, marks }) => {
    const colour = COLOURS[names.indexOf(name) % COLOURS.length]!;
    const seen = points.filter(([a, b]) => inside(a, x.decades) && inside(b, y.decades));
    if (marks) {
      return seen.map(([a, b]) =>
        element("circle", { cx: across(a), cy: up(b), r: 3, fill: colour })
      ).join("");
    }
    return element("polyline", {
      points: seen.map(([a, b]) => `${across(a).toFixed(1)},${up(b).toFixed(1)}`).join(" "),
      fill: "none",
      stroke: colour,
      "stroke-width": 2,
    });
  });
  return [
    textElement(title, { class: "name", x: LEFT, y: TOP - 12 }),
    ...grid,
    ...lines,
    textElement(x.label, {
      class: "soft",
      x: (LEFT + WIDTH - RIGHT) / 2,
      y: HEIGHT - 8,
      "text-anchor": "middle",
    }),
    textElement(y.label, { class: "soft", x: 4, y: TOP - 12 }),
  ].join("");
}

/** Panels in rows of `columns`, with a legend on the right. */
export function logChart(
  { title, description, panels, columns = 2 }: {
    readonly title: string;
    readonly description: string;
    readonly panels: readonly LogPanel[];
    readonly columns?: number;
  },
): string {
  const names = [...new Set(panels.flatMap(({ series }) => series.map(({ name }) => name)))];
  const body = panels.map((panel, i) =>
    element(
      "g",
      {
        transform: `translate(${i % columns * WIDTH},${Math.floor(i / columns) * HEIGHT})`,
      },
      panelSvg(panel, names),
    )
  );
  const left = Math.min(columns, panels.length) * WIDTH + 8;
  const legend = names.flatMap((name, i) => [
    element("rect", {
      x: left,
      y: TOP + 20 * i,
      width: 12,
      height: 12,
      fill: COLOURS[i % COLOURS.length]!,
    }),
    textElement(name, { x: left + 18, y: TOP + 20 * i + 11 }),
  ]);
  const height = Math.max(
    Math.ceil(panels.length / columns) * HEIGHT,
    TOP + 20 * names.length + 10,
  );
  const longest = Math.max(...names.map(({ length }) => length));
  const width = left + 26 + CHARACTER * longest;
  return svgDocument({ title, description, width, height }, ...body, ...legend);
}
