/**
 * State of a run on Slurm as a table.
 *
 * @module
 */

import type { SlurmStatus } from "../archives/mod.ts";
import { table } from "./table.ts";

/** Failures that are listed. */
const LISTED = 5;

/** Counts, the tasks that aren't complete (or all), and the first failures. */
export function statusTable(
  { scenes, done, failed, left, tasks, outcomes, hasAccounting }: SlurmStatus,
  { all }: { readonly all: boolean },
): string {
  const shown = tasks.filter((task) => all || task.done < task.scenes || task.isQueued);
  const rows = shown.map((task) => [
    `${task.task}`,
    task.job ?? "",
    task.state,
    `${task.scenes}`,
    `${task.done}`,
    `${task.failed}`,
    `${task.submissions}`,
    task.node,
  ]);
  const failures = outcomes.filter(({ status }) => status === "failed");
  return [
    `${scenes} scenes: ${done} done, ${failed} failed, ${left} left`,
    ...(rows.length === 0 ? [] : [
      table([
        ["task", "job", "state", "scenes", "done", "failed", "submissions", "node"],
        ...rows,
      ]),
    ]),
    ...failures.slice(0, LISTED).map(({ number, error }) => `scene ${number}: ${error}`),
    ...(failures.length > LISTED ? [`and ${failures.length - LISTED} more failures`] : []),
    ...(hasAccounting ? [] : ["no accounting (sacct): states of ended tasks are from the files"]),
  ].join("\n");
}
