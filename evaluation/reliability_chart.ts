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

/** The bins as dots over two logarithmic axes, with the diagonal, as SVG. */
export function reliabilityChart(
  { bins, ence, ratio, correlation: { spearman } }: Reliability,
  { title, unit }: ReliabilityChartOptions,
): string {
  const shown = bins.filter(({ observed }) => observed > 0);
  const all = shown.flatMap(({ predicted, observed }) => [predicted, observed]);
  const ticks = logTicks(Math.min(...all), Math.max(...all));
  const [low, high] = [Math.log(ticks[0]!), Math.log(ticks.at(-1)!)];
  const along = (value: number) => (Math.log(value) - low) / (high - low) * INNER;
  const [x, y] = [
    (value: number) => LEFT + along(value),
    (value: number) => TOP + INNER - along(value),
  ];
  const axis = unit === undefined ? "" : ` (${unit})`;
  const grid = ticks.map((tick) => {
    const text = String(Number(tick.toPrecision(1)));
    return element("line", {
      class: "grid",
      x1: LEFT,
      x2: LEFT + INNER,
      y1: y(tick),
      y2: y(tick),
    }) +
      element("line", { class: "grid", x1: x(tick), x2: x(tick), y1: TOP, y2: TOP + INNER }) +
      textElement(text, { x: LEFT - 6, y: y(tick) + 4, class: "soft", "text-anchor": "end" }) +
      textElement(text, {
        x: x(tick),
        y: TOP + INNER + 16,
        class: "soft",
        "text-anchor": "middle",
      });
  });
  const diagonal = element("line", {
    class: "axis",
    "stroke-dasharray": "4 4",
    x1: LEFT,
    y1: TOP + INNER,
    x2: LEFT + INNER,
    y2: TOP,
  });
  const points = shown.map(({ predicted, observed }) =>
    [x(predicted), y(observed)].map((value) => value.toFixed(1)).join(",")
  );
  const line = element("polyline", { class: "ours line", points: points.join(" ") });
  const dots = shown.map(({ predicted, observed }) =>
    element("circle", { class: "ours", cx: x(predicted), cy: y(observed), r: 4 })
  );
  const facts = `observed / predicted ${ratio.toFixed(2)} · ENCE ${ence.toFixed(2)} · rank ` +
    `correlation ${spearman.toFixed(2)}`;
  const names = [
    textElement(title, { x: 12, y: 20, class: "head" }),
    textElement(facts, { x: 12, y: 38, class: "soft" }),
    textElement(`predicted deviation${axis}`, {
      x: LEFT + INNER / 2,
      y: HEIGHT - 10,
      class: "soft",
      "text-anchor": "middle",
    }),
    textElement(`observed error${axis}`, {
      transform: `translate(16 ${TOP + INNER / 2}) rotate(-90)`,
      class: "soft",
      "text-anchor": "middle",
    }),
  ];
  const description = `Root mean square error by predicted deviation, in ${bins.length} bins of ` +
    `equal counts. ${facts}. On the dashed diagonal they are equal; above it errors are larger than ` +
    "predicted.";
  return svgDocument(
    { width: SIZE, height: HEIGHT, title, description },
    ...grid,
    diagonal,
    line,
    ...dots,
    ...names,
  );
}
