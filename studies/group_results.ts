/**
 * Means and standard deviations over seeds for the rows of a study.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import type { PlannedGroup, PlannedRow } from "./plan.ts";
import { STUDY_METRICS, type StudyMetric } from "./study.ts";
import type { GroupResult, RowResult, SeedResult } from "./study_result.ts";

/** Standard deviation with n − 1. */
function stdOf(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(
    mean(values.map((value) => (value - center) ** 2)) * values.length /
      (values.length - 1),
  );
}

/** Values of a metric by seed. */
function valuesOf(seeds: readonly SeedResult[], metric: StudyMetric): readonly number[] {
  if (metric === "lpips") return [];
  return seeds.flatMap(({ scores }) => scores === undefined ? [] : [scores[metric]]);
}

function rowResult(
  { row, at }: PlannedGroup["rows"][number],
  seeds: readonly SeedResult[],
): RowResult {
  const { name, label, set, paper } = row;
  const numbers = (least: number, of: (values: readonly number[]) => number) =>
    Object.fromEntries(
      (Object.keys(STUDY_METRICS) as StudyMetric[])
        .map((metric) => [metric, valuesOf(seeds, metric)] as const)
        .filter(([, values]) => values.length >= least)
        .map(([metric, values]) => [metric, of(values)]),
    );
  return {
    name,
    ...(label !== undefined && { label }),
    ...(set && { set }),
    ...(at && { at }),
    ...(paper && { paper }),
    seeds,
    mean: numbers(1, mean),
    spread: numbers(2, stdOf),
  };
}

/** Combines groups with the results of their rows. */
export function groupResults(
  groups: readonly PlannedGroup[],
  found: ReadonlyMap<PlannedRow, readonly SeedResult[]>,
): readonly GroupResult[] {
  return groups.map(({ name, title, over, rows }) => ({
    name,
    title,
    over,
    rows: rows.map((row) => rowResult(row, [...found.get(row)!])),
  }));
}
