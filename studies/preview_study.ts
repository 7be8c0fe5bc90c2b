/**
 * Preview of a study: the runs that it would train or reuse.
 *
 * @module
 */

import { planStudy } from "./plan.ts";
import { runsOf } from "./planned_runs.ts";
import type { RunStudyOptions } from "./run_study.ts";
import type { Study } from "./study.ts";
import { findRun, isTrained } from "./trained.ts";

/** Runs of a study, before it runs. */
export interface StudyPlan {
  /** Runs in order of execution. */
  readonly runs: readonly {
    readonly name: string;
    readonly steps: number;
    /** True if the run is complete. */
    readonly trained: boolean;
    readonly rows: readonly string[];
  }[];
}

/**
 * Lists the runs that `runStudy` would train or reuse.
 *
 * @throws {OptionsError} If an experiment has an invalid option.
 * @throws {InputError} If a run exists for data at other paths, and the current data cannot be opened.
 */
export async function previewStudy(
  study: Study,
  { out, seeds, ...options }: Omit<RunStudyOptions, "name">,
): Promise<StudyPlan> {
  const planned = (await planStudy(study, options)).flatMap((group) => group.rows);
  const { registry } = options;
  const runs: StudyPlan["runs"][number][] = [];
  // Sequentially, since each may have to open its data.
  for (const { experiment, rows } of await runsOf(planned, seeds)) {
    const run = await findRun(experiment, {
      folder: `${out}/trained`,
      ...(registry && { registry }),
    });
    runs.push({
      name: run.name,
      steps: experiment.steps,
      trained: await isTrained(run),
      rows: rows.map(({ row }) => row.name),
    });
  }
  return { runs };
}
