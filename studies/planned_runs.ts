/**
 * Training runs of a study.
 *
 * @module
 */

import { stableJson } from "../core/mod.ts";
import { pathsOf } from "../datasets/mod.ts";
import type { CheckedExperiment } from "../training/mod.ts";
import type { PlannedRow } from "./plan.ts";
import { runKey } from "./trained.ts";

/** One training run and the rows that sample from it. */
export interface PlannedRun {
  readonly experiment: CheckedExperiment;
  readonly rows: readonly PlannedRow[];
}

/** Training runs of the rows, seed by seed; rows with the same experiment share a run. */
export async function runsOf(
  rows: readonly PlannedRow[],
  seeds: readonly number[] | undefined,
): Promise<readonly PlannedRun[]> {
  const runs = new Map<string, { experiment: CheckedExperiment; rows: PlannedRow[] }>();
  for (const seed of new Set(seeds ?? [undefined])) {
    for (const row of rows) {
      const experiment = { ...row.experiment, seed: seed ?? row.experiment.seed };
      const key = `${await runKey(experiment)} ${stableJson(pathsOf(experiment.data.train))}`;
      if (!runs.has(key)) runs.set(key, { experiment, rows: [] });
      runs.get(key)!.rows.push(row);
    }
  }
  return [...runs.values()];
}
