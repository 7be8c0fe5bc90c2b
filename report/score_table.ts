/**
 * Table of scores by method.
 *
 * @module
 */

import type { Score } from "../metrics/mod.ts";
import { fixed } from "./format.ts";
import { type Html, markup } from "./html.ts";
import { table } from "./parts.ts";
import type { ReportScores, ReportVisual } from "./report_data.ts";

const COLUMNS: readonly {
  readonly metric: keyof Score;
  readonly label: string;
  readonly digits: number;
  readonly better: 1 | -1;
}[] = [
  { metric: "psnr", label: "PSNR, dB", digits: 2, better: 1 },
  { metric: "ssim", label: "SSIM", digits: 3, better: 1 },
  { metric: "mae", label: "MAE", digits: 4, better: -1 },
  { metric: "rmse", label: "RMSE", digits: 4, better: -1 },
  { metric: "sam", label: "SAM, °", digits: 2, better: -1 },
];

/** Visual columns, with the value of a perfect image. */
const VISUAL: readonly {
  readonly measure: keyof ReportVisual;
  readonly label: string;
  readonly digits: number;
  readonly ideal: number;
}[] = [
  { measure: "weave", label: "Weave", digits: 2, ideal: 1 },
  { measure: "contrast", label: "Contrast", digits: 2, ideal: 1 },
  { measure: "bias", label: "Largest bias", digits: 4, ideal: 0 },
  { measure: "seam", label: "Seam", digits: 2, ideal: 0 },
];

/** The printed value nearest to the ideal; undefined without any. */
function nearest(
  values: readonly (number | null | undefined)[],
  { ideal, digits }: { readonly ideal: number; readonly digits: number },
): string | undefined {
  const known = values.filter((value) => typeof value === "number");
  if (known.length === 0) return undefined;
  const distance = (value: number) => Math.abs(value - ideal);
  return fixed(known.reduce((a, b) => distance(b) < distance(a) ? b : a), digits);
}

/** Tables of scores, the model first. They mark the best of each column at the printed precision. */
export function scoreTable({ label, pixels, rows }: ReportScores): Html {
  const caption = markup`${label} <span>${pixels.toLocaleString("en")} pixels</span>`;
  const best = COLUMNS.map(({ metric, better, digits }) => {
    const known = rows.flatMap(({ score }) => score === null ? [] : [better * score[metric]])
      .filter((value) => !Number.isNaN(value));
    return known.length === 0 ? undefined : fixed(better * Math.max(...known), digits);
  });
  const errors = methodTable(caption, {
    columns: COLUMNS,
    best,
    rows: rows.map(({ method, score }) => ({
      method,
      cells: COLUMNS.map(({ metric, digits }) => fixed(score?.[metric], digits)),
    })),
  });
  if (rows.every(({ visual }) => visual === undefined)) return errors;
  const visual = methodTable(markup`${label}, as eyes see them`, {
    columns: VISUAL,
    best: VISUAL.map(({ measure, ...column }) =>
      nearest(rows.map(({ visual }) => visual?.[measure]), column)
    ),
    rows: rows.map(({ method, visual }) => ({
      method,
      cells: VISUAL.map(({ measure, digits }) => fixed(visual?.[measure], digits)),
    })),
  });
  return markup`${errors}${visual}`;
}

function methodTable(
  caption: Html,
  { columns, best, rows }: {
    readonly columns: readonly { readonly label: string }[];
    readonly best: readonly (string | undefined)[];
    readonly rows: readonly { readonly method: string; readonly cells: readonly string[] }[];
  },
): Html {
  return table({
    caption,
    head: ["Method", ...columns.map(({ label }) => label)],
    rows: rows.map(({ method, cells }, i) => ({
      name: method,
      cells,
      best: cells.map((cell, c) => cell === best[c]),
      ours: i === 0,
    })),
  });
}
