/**
 * Scatter chart on two logarithmic axes of one unit, with the diagonal, as SVG.
 *
 * @module
 */

import { element, svgDocument, textElement } from "./svg.ts";

const SIZE = 360;
const LEFT = 64;
const RIGHT = 20;
const TOP = 48;
const BOTTOM = 48;
const INNER = SIZE - LEFT - RIGHT;
const HEIGHT = INNER + TOP + BOTTOM;

/** Ticks at 1, 2 and 5 times powers of ten that enclose [low, high]. */
function logTicks(low: number, high: number): readonly number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const all = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i))
    .flatMap((power) => [power, 2 * power, 5 * power]);
  const from = all.findLastIndex((tick) => tick <= low * (1 + 1e-9));
  const to = all.findIndex((tick) => tick >= high * (1 - 1e-9));
  return all.slice(Math.max(from, 0), to + 1);
}

/** Contents of a chart. */
export interface DiagonalChart {
  readonly title: string;
  readonly facts: string;
  readonly description: string;
  /** Labels of the x and y axes. */
  readonly axes: readonly [string, string];
  /** [x, y], both above 0. */
  readonly points: readonly (readonly [number, number])[];
  /** Joins the points with a line. */
  readonly joined: boolean;
}

/** Draws the points, the diagonal and the grid. */
export function diagonalChart(
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
