/**
 * Static charts of the page: bias per band, and observed against predicted error.
 *
 * @module
 */

import { type Attributes, element, roundTicks, textElement } from "../evaluation/mod.ts";
import { type Html, raw } from "./html.ts";
import { drawing } from "./parts.ts";
import type { ReportReliability, ReportTruth } from "./report_data.ts";

const [WIDTH, LEFT, RIGHT, HEAD] = [440, 54, 10, 12] as const;

const soft = (text: string, at: Attributes) => textElement(text, { class: "soft", ...at });
const line = (className: string, [x1, y1, x2, y2]: readonly [number, number, number, number]) =>
  element("line", { class: className, x1, y1, x2, y2 });
const written = (tick: number, decimals: number) => tick.toFixed(decimals).replace("-", "−");

/** Bias per band: bars for the model, rings for the first baseline. */
export function biasChart({ bands: [ours, other] }: ReportTruth, names: readonly string[]): Html {
  const [height, foot] = [220, 26];
  const biases = [ours, other]
    .flatMap((method) => method?.scores ?? [])
    .flatMap((score) => score === null ? [] : [score.bias]);
  const { ticks, decimals } = roundTicks(Math.min(0, ...biases), Math.max(0, ...biases));
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const y = (value: number) =>
    height - foot - (value - low) / (high - low) * (height - HEAD - foot);
  const slot = (WIDTH - LEFT - RIGHT) / names.length;
  const x = (band: number) => LEFT + slot * (band + 0.5);
  const grid = ticks.map((tick) =>
    line(Math.abs(tick) < 1e-12 ? "zero" : "grid", [LEFT, y(tick), WIDTH - RIGHT, y(tick)]) +
    soft(written(tick, decimals), { x: LEFT - 6, y: y(tick) + 4, "text-anchor": "end" })
  );
  const bars = (ours?.scores ?? []).map((score, band) =>
    score === null ? "" : element("rect", {
      class: "bias",
      x: x(band) - slot * 0.28,
      width: slot * 0.56,
      y: Math.min(y(score.bias), y(0)),
      height: Math.max(Math.abs(y(score.bias) - y(0)), 0.5),
      rx: 1.5,
    })
  );
  const rings = (other?.scores ?? []).map((score, band) =>
    score === null
      ? ""
      : element("circle", { class: "dot", cx: x(band), cy: y(score.bias), r: 3.6 })
  );
  const labels = names.map((name, band) =>
    soft(name, { x: x(band), y: height - 8, "text-anchor": "middle" })
  );
  const label = "Mean of restored minus clear in each band; see the table below for values";
  return drawing({ width: WIDTH, height, label }, raw([grid, bars, rings, labels].flat().join("")));
}

/** Observed RMSE against predicted standard deviation, with the line of equality. */
export function scatterChart({ bins }: ReportReliability): Html {
  const [height, foot] = [300, 40];
  const most = Math.max(...bins.flatMap(({ predicted, observed }) => [predicted, observed]));
  const { ticks, decimals } = roundTicks(0, most || 1);
  const high = ticks.at(-1)!;
  const x = (value: number) => LEFT + (WIDTH - LEFT - RIGHT) * value / high;
  const y = (value: number) => height - foot - (height - HEAD - foot) * value / high;
  const grid = ticks.map((tick) =>
    line("grid", [LEFT, y(tick), WIDTH - RIGHT, y(tick)]) +
    soft(written(tick, decimals), { x: LEFT - 6, y: y(tick) + 4, "text-anchor": "end" }) +
    soft(written(tick, decimals), { x: x(tick), y: height - foot + 16, "text-anchor": "middle" })
  );
  const points = bins.map(({ predicted, observed }) => [x(predicted), y(observed)] as const);
  const path = points.map((point) => point.map((one) => one.toFixed(1)).join()).join(" ");
  const shapes = [
    ...grid,
    line("even", [x(0), y(0), x(high), y(high)]),
    element("polyline", { class: "path", points: path }),
    ...points.map(([cx, cy]) => element("circle", { class: "mark", cx, cy, r: 3.5 })),
    soft("predicted standard deviation", { x: WIDTH - RIGHT, y: height - 6, "text-anchor": "end" }),
    soft("↑ observed error", { x: 0, y: height - 6 }),
  ];
  const label =
    "Observed error against predicted standard deviation; see the table below for values";
  return drawing({ width: WIDTH, height, label }, raw(shapes.join("")));
}
