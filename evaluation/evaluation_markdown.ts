/**
 * An evaluation as Markdown: tables by set and pixels, by cloud cover and by band, with the settings.
 *
 * @module
 */

import { redacted } from "../core/mod.ts";
import type { Comparison } from "./compare.ts";
import type { Estimate } from "./bootstrap.ts";
import type { Evaluation } from "./evaluation.ts";
import {
  MORE_IS_BETTER,
  PIXEL_GROUPS,
  type PixelGroup,
  STRATA,
  TABLE_COLUMNS,
  type TableColumn,
  VISUAL_COLUMNS,
  VISUAL_IDEAL,
  type VisualColumn,
} from "./evaluation_row.ts";
import type { SummaryRow } from "./summary.ts";

const DIGITS: Readonly<Record<TableColumn, number>> = {
  psnr: 2,
  ssim: 4,
  mae: 4,
  rmse: 4,
  sam: 2,
  lpips: 4,
  weave: 2,
  contrast: 2,
  bias: 0,
  seam: 2,
};

/** Definitions of the visual columns. */
const VISUAL: readonly string[] = [
  "WEAVE: amplitude of what repeats every 2, 4 or 8 pixels, over the truth's; 1 is ideal, the worst " +
  "period counts",
  "CONTRAST: standard deviation of the image minus its 5×5 mean, over the truth's; 1 is ideal",
  "BIAS: largest |bias| over the bands, in units of 1/10000 of reflectance",
  "SEAM: mean step across the edge of the mask minus the truth's, over the truth's; 0 is ideal",
  "WEAVE, CONTRAST and SEAM are of the middle band (median over the bands)",
];

const isVisual = (column: TableColumn): column is VisualColumn =>
  VISUAL_COLUMNS.some((name) => name === column);

/** A value with the digits of its metric. */
export function metricText(metric: TableColumn, value: number): string {
  return Number.isFinite(value) ? value.toFixed(DIGITS[metric]) : value > 0 ? "∞" : "−∞";
}

/** An interval; "–" if there is none. */
export function intervalText(metric: TableColumn, { low, high }: Estimate): string {
  return low === null || high === null
    ? "–"
    : `${metricText(metric, low)} … ${metricText(metric, high)}`;
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows;
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = `| --- |${" ---: |".repeat(head!.length - 1)}`;
  return [line(head!), rule, ...body.map(line)].join("\n");
}

/** The best mean of a metric among rows. */
function bestOf(rows: readonly SummaryRow[], metric: TableColumn): number | undefined {
  const means = rows.flatMap(({ metrics }) => metrics[metric]?.mean ?? []);
  if (means.length < 2) return undefined;
  if (isVisual(metric)) {
    const ideal = VISUAL_IDEAL[metric];
    return means.reduce((a, b) => Math.abs(b - ideal) < Math.abs(a - ideal) ? b : a);
  }
  return MORE_IS_BETTER[metric] ? Math.max(...means) : Math.min(...means);
}

/** Reason for a missing LPIPS. */
function noLpips({ rows }: Evaluation, { set, method, pixels }: SummaryRow): string {
  const own = rows.find((row) =>
    row.set === set && row.method === method && row.pixels === pixels && row.lpips === null
  );
  return own?.noLpips ?? "–";
}

function pixelsTable(evaluation: Evaluation, rows: readonly SummaryRow[]): string {
  const cell = (row: SummaryRow, metric: TableColumn): string => {
    const estimate = row.metrics[metric];
    if (estimate === null) return metric === "lpips" ? noLpips(evaluation, row) : "–";
    const text = metricText(metric, estimate.mean);
    return estimate.mean === bestOf(rows, metric) ? `**${text}**` : text;
  };
  const { level } = evaluation.interval;
  const [first, ...rest] = TABLE_COLUMNS;
  return tableOf([
    ["", "PSNR (dB)", `${100 * level} % interval`, ...rest.map((metric) => metric.toUpperCase())],
    ...rows.map((row) => [
      row.method,
      cell(row, first),
      row.metrics.psnr === null ? "–" : intervalText("psnr", row.metrics.psnr),
      ...rest.map((metric) => cell(row, metric)),
    ]),
  ]);
}

function coverTable(rows: readonly SummaryRow[]): string | undefined {
  const strata = STRATA.filter(({ name }) => rows.some(({ cover }) => cover === name));
  if (strata.length < 2) return undefined;
  const methods = [...new Set(rows.map(({ method }) => method))];
  const find = (method: string, name: string) =>
    rows.find((row) => row.method === method && row.cover === name);
  const images = strata.map(({ name }) => find(methods[0]!, name)?.images ?? 0);
  return tableOf([
    ["cloud cover", ...strata.map(({ name }, i) => `${name} (n = ${images[i]})`)],
    ...methods.map((method) => [
      method,
      ...strata.map(({ name }) => {
        const psnr = find(method, name)?.metrics.psnr;
        return psnr ? metricText("psnr", psnr.mean) : "–";
      }),
    ]),
  ]);
}

function bandTable(
  { summary: { bands } }: Evaluation,
  { set, pixels }: { readonly set: string; readonly pixels: PixelGroup },
): string | undefined {
  const own = bands.filter((row) =>
    row.set === set && row.pixels === pixels && row.kind !== "baseline"
  );
  const methods = [...new Set(own.map(({ method }) => method))];
  if (methods.length === 0) return undefined;
  const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
  return tableOf([
    ["band", ...methods.flatMap((method) => [`${method}: bias`, "MAE", "RMSE"])],
    ...[...new Set(own.map(({ band }) => band))].map((band) => [
      band,
      ...methods.flatMap((method) => {
        const found = own.find((row) => row.method === method && row.band === band);
        if (found === undefined) return ["–", "–", "–"];
        const { bias, mae, rmse } = found.metrics;
        return [signed(bias.mean), mae.mean.toFixed(4), rmse.mean.toFixed(4)];
      }),
    ]),
  ]);
}

const TITLES: Readonly<Record<PixelGroup, string>> = {
  all: "All pixels",
  cloudy: "Pixels under cloud or shadow on the reference date",
  seen: "Of these, pixels that another date shows",
  unseen: "Of these, pixels that no date shows",
  clear: "Clear pixels on the reference date",
};

function setText(evaluation: Evaluation, set: string): readonly string[] {
  const own = evaluation.summary.groups.filter((row) => row.set === set);
  const cases = evaluation.cases.filter((each) => each.set === set);
  const masks = [...new Set(cases.map(({ mask }) => mask))].join(", ");
  const parts = [
    `## ${set}`,
    `${cases.length} image${cases.length === 1 ? "" : "s"}; source of the cloud masks: ${masks}.`,
  ];
  for (const pixels of PIXEL_GROUPS) {
    const rows = own.filter((row) => row.pixels === pixels && row.cover === "all");
    if (rows.length === 0) continue;
    const { images } = rows[0]!;
    const some = images < cases.length ? ` (${images} images have such pixels)` : "";
    parts.push(`${TITLES[pixels]}${some}:`, pixelsTable(evaluation, rows));
  }
  const hidden = own.some(({ pixels }) => pixels === "cloudy") ? "cloudy" : "all";
  const covers = coverTable(
    own.filter(({ pixels, cover }) => pixels === hidden && cover !== "all"),
  );
  if (covers !== undefined) parts.push(`PSNR of ${hidden} pixels by cloud cover:`, covers);
  const bands = bandTable(evaluation, { set, pixels: hidden });
  if (bands !== undefined) parts.push(`By band, ${hidden} pixels:`, bands);
  return parts;
}

/**
 * Formats an evaluation as Markdown: a table for each set and group of pixels, PSNR by cloud cover, errors
 * by band, comparisons, definitions and provenance. Means are over images; the best value of a column is
 * bold.
 */
export function evaluationMarkdown(
  evaluation: Evaluation,
  comparisons: readonly Comparison[] = [],
): string {
  const { profile, interval, methods, run, data, version, lpips, summary } = evaluation;
  const sets = [...new Set(evaluation.cases.map(({ set }) => set))];
  const { images, ...definitions } = profile.definitions;
  const made = methods.map(({ name, kind, facts }) => {
    const known = Object.entries(facts).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
    return `- ${name}: ${[kind, ...known].join(", ")}`;
  });
  const text = [
    "# Evaluation",
    ...sets.flatMap((set) => setText(evaluation, set)),
    ...(comparisons.length === 0 ? [] : [
      "## Comparison",
      comparisons.map(({ sentence }) => `- ${sentence}`).join("\n"),
    ]),
    "## Definitions",
    [
      `- Profile ${profile.name}: ${profile.description}`,
      `- Images: ${images}.`,
      ...Object.entries(definitions).map(([name, text]) =>
        `- ${name === "mean" ? "Means" : name.toUpperCase()}: ${text}.`
      ),
      `- LPIPS: ${lpips}.`,
      ...VISUAL.map((text) => `- ${text}.`),
      `- Confidence intervals: ${100 * interval.level} %, ${interval.method}, ` +
      `${interval.resamples} resamples, seed ${interval.seed}.`,
      ...summary.notes.map((note) => `- Note: ${note}.`),
    ].join("\n"),
    "## Provenance",
    [`- emrdm ${version}, run ${run}, images ${data}`, ...made].join("\n"),
  ].join("\n\n");
  return `${redacted(text)}\n`;
}
