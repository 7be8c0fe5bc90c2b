/**
 * An evaluation as text.
 *
 * @module
 */

import {
  type Comparison,
  type Evaluation,
  intervalText,
  metricText,
  PIXEL_GROUPS,
  type SummaryRow,
  TABLE_COLUMNS,
} from "../evaluation/mod.ts";
import { table } from "./table.ts";

/** Units of the metrics that have one. */
const UNITS: Readonly<Record<string, string>> = { psnr: "dB", sam: "°", bias: "DN" };
const HEAD = TABLE_COLUMNS.map((metric) => {
  const unit = UNITS[metric];
  return `${metric.toUpperCase()}${unit === undefined ? "" : ` (${unit})`}`;
});

/** One row per method: means, and the confidence interval of PSNR. */
function rowsText(rows: readonly SummaryRow[], evaluation: Evaluation): string {
  const cells = ({ metrics }: SummaryRow) =>
    TABLE_COLUMNS.map((metric) => {
      const estimate = metrics[metric];
      if (estimate !== null) return metricText(metric, estimate.mean);
      return metric === "lpips" && evaluation.lpips === "no weights" ? "no weights" : "–";
    });
  const { level } = evaluation.interval;
  return table([
    ["", ...HEAD, `${100 * level} % interval`],
    ...rows.map((row) => [
      row.method,
      ...cells(row),
      row.metrics.psnr === null ? "–" : intervalText("psnr", row.metrics.psnr),
    ]),
  ]);
}

/** Groups of the overview: what clouds hide, shown by another date or by none. */
const HIDDEN = ["cloudy", "seen", "unseen"] as const;

/**
 * PSNR and SAM of the hidden pixels of every set: a row per method, a column per set. Undefined for a
 * single set.
 */
function overviewText({ summary, cases }: Evaluation): string | undefined {
  const sets = [...new Set(cases.map(({ set }) => set))];
  if (sets.length < 2) return undefined;
  const methods = [...new Set(summary.groups.map(({ method }) => method))];
  const cell = (method: string, set: string) => {
    const found = HIDDEN.map((group) =>
      summary.groups.find((row) =>
        row.method === method && row.set === set && row.pixels === group && row.cover === "all"
      )
    );
    if (found.every((row) => row === undefined)) return "–";
    return found.map((row) => {
      const { psnr, sam } = row?.metrics ?? {};
      return psnr ? `${psnr.mean.toFixed(1)}/${sam?.mean.toFixed(1) ?? "–"}` : "–";
    }).join("  ");
  };
  return [
    "PSNR (dB)/SAM (°) of the pixels under cloud or shadow: all, those that another date shows, " +
    "those that none shows",
    ...sets.map((set, i) => `[${i + 1}] ${set}`),
    table([
      ["", ...sets.map((_, i) => `[${i + 1}]`)],
      ...methods.map((method) => [method, ...sets.map((set) => cell(method, set))]),
    ]),
  ].join("\n");
}

/** Tables by set and group of pixels, notes, and comparisons. */
export function evaluationText(
  evaluation: Evaluation,
  comparisons: readonly Comparison[],
): string {
  const { cases, summary, profile } = evaluation;
  const sets = [...new Set(cases.map(({ set }) => set))];
  const parts = sets.map((set) => {
    const own = cases.filter((each) => each.set === set);
    const masks = [...new Set(own.map(({ mask }) => mask))].join(", ");
    const title = `${set}: ${own.length} image${own.length === 1 ? "" : "s"}, masks ${masks}`;
    const tables = PIXEL_GROUPS.flatMap((pixels) => {
      const rows = summary.groups.filter((row) =>
        row.set === set && row.pixels === pixels && row.cover === "all"
      );
      return rows.length === 0 ? [] : [`${pixels} pixels\n${rowsText(rows, evaluation)}`];
    });
    return [title, ...tables].join("\n\n");
  });
  const overview = overviewText(evaluation);
  return [
    ...parts,
    ...(overview === undefined ? [] : [overview]),
    ...(summary.notes.length > 0 ? [summary.notes.join("\n")] : []),
    ...(comparisons.length > 0 ? [comparisons.map(({ sentence }) => sentence).join("\n")] : []),
    profile.name === "standard"
      ? "MAE and RMSE are in reflectance; the largest bias of a band is in DN of 1/10000."
      : `MAE and RMSE are in the units of the profile ${profile.name}.`,
    `profile ${profile.name}; run ${evaluation.run}, images ${evaluation.data}`,
  ].join("\n\n");
}
