/**
 * Means over cases of the scores of all pixels.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import type { Score } from "../metrics/mod.ts";
import type { EvaluationRow } from "./evaluation_row.ts";

/** Metrics of {@linkcode Score}. */
export const MEAN_METRICS = ["psnr", "ssim", "mae", "rmse", "sam"] as const;

/** Means by method, for methods that have a row for each of `cases` cases. */
export function meansOf(
  rows: readonly EvaluationRow[],
  cases: number,
): Readonly<Record<string, Score>> {
  const whole = rows.filter(({ pixels }) => pixels === "all");
  const means = [...Map.groupBy(whole, ({ method }) => method)]
    .filter(([, own]) => own.length === cases)
    .map(([method, own]) => {
      const meanOf = (metric: typeof MEAN_METRICS[number]) =>
        mean(own.flatMap((row) => row[metric] ?? []));
      return [method, Object.fromEntries(MEAN_METRICS.map((metric) => [metric, meanOf(metric)]))];
    });
  return Object.fromEntries(means) as Readonly<Record<string, Score>>;
}
