/**
 * Table of scores by method.
 *
 * @module
 */

import type { Score } from "../metrics/mod.ts";
import { fixed } from "./format.ts";
import { type Html, markup } from "./html.ts";
import { table } from "./parts.ts";
import type { ReportScores } from "./report_data.ts";

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

/** Table of scores, the model first. Marks the best of each column at the printed precision. */
export function scoreTable({ label, pixels, rows }: ReportScores): Html {
  const best = COLUMNS.map(({ metric, better, digits }) => {
    const known = rows.flatMap(({ score }) => score === null ? [] : [better * score[metric]])
      .filter((value) => !Number.isNaN(value));
    return known.length === 0 ? undefined : fixed(better * Math.max(...known), digits);
  });
  return table({
    caption: markup`${label} <span>${pixels.toLocaleString("en")} pixels</span>`,
    head: ["Method", ...COLUMNS.map(({ label }) => label)],
    rows: rows.map(({ method, score }, i) => {
      const cells = COLUMNS.map(({ metric, digits }) => fixed(score?.[metric], digits));
      return { name: method, cells, best: cells.map((cell, c) => cell === best[c]), ours: i === 0 };
    }),
  });
}
