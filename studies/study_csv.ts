/**
 * A study as CSV.
 *
 * @module
 */

import { csvLine } from "../files/mod.ts";
import { seedsOf, type StudyResult } from "./study_result.ts";

/**
 * Formats a study as CSV, one line per row. Columns of a metric: mean, standard deviation over seeds
 * (`_spread`), each seed, and the paper's value.
 */
export function studyCsv(result: StudyResult): string {
  const { groups, metrics, baselines } = result;
  const seeds = seedsOf(result);
  const header = [
    "group",
    "row",
    ...metrics.flatMap((metric) => [
      metric,
      `${metric}_spread`,
      ...seeds.map((seed) => `${metric}_seed${seed}`),
      `${metric}_paper`,
    ]),
    "source",
  ];
  const first = baselines.map(({ name, scores }) => [
    "baseline",
    name,
    ...metrics.flatMap((metric) => [
      metric === "lpips" ? undefined : scores[metric],
      undefined,
      ...seeds.map(() => undefined),
      undefined,
    ]),
    undefined,
  ]);
  const rows = groups.flatMap(({ name: group, rows }) =>
    rows.map(({ name, mean, spread, paper, seeds: results }) => [
      group,
      name,
      ...metrics.flatMap((metric) => [
        mean[metric],
        spread[metric],
        ...seeds.map((seed) =>
          metric === "lpips"
            ? undefined
            : results.find((one) => one.seed === seed)?.scores?.[metric]
        ),
        paper?.[metric],
      ]),
      paper?.source,
    ])
  );
  return [header, ...first, ...rows].map((cells) => `${csvLine(cells)}\n`).join("");
}
