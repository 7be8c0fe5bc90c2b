/**
 * `emrdm slurm task`: one task of an array job, as the job script calls it.
 *
 * @module
 */

import {
  logOutcome,
  outcomesPath,
  readArguments,
  readRun,
  requeueJob,
  runFolder,
  scenesOfRun,
  scenesOfTask,
} from "../archives/mod.ts";
import { type Context, Failure, type Result } from "./command.ts";
import { outcomeOf, outcomeText } from "./fed_scenes.ts";
import { UsageError } from "./flags.ts";
import { Interrupted } from "./interrupt.ts";

/** The number of the task. @throws {UsageError} Outside of an array job. */
function taskNumber(tasks: number): number {
  const given = Deno.env.get("SLURM_ARRAY_TASK_ID") ?? "";
  if (/^\d+$/.test(given) && Number(given) < tasks) return Number(given);
  throw new UsageError(
    `SLURM_ARRAY_TASK_ID must be a task from 0 to ${tasks - 1}, as in the run's array job, got ` +
      `${given || "none"}`,
  );
}

/**
 * Puts the job back in the queue after a notice of its time limit, if it has made progress: without, it
 * would start again for ever. A job that is preempted or cancelled isn't running any more.
 */
async function requeued(madeProgress: boolean, { log }: Pick<Context, "log">): Promise<void> {
  const job = Deno.env.get("SLURM_JOB_ID");
  if (!madeProgress || job === undefined) return;
  const isQueued = await requeueJob(job).catch((error: Error) => {
    log(`Cannot requeue job ${job}: ${error.message}; submit what is left: emrdm slurm resubmit`);
    return false;
  });
  if (isQueued) log(`job ${job} goes back to the queue`);
}

/** Makes the scenes of one task. */
export async function runTask(folder: string, { call, log, print }: Context): Promise<Result> {
  const place = runFolder(folder);
  const run = await readRun(place);
  const task = taskNumber(run.tasks);
  const all = await scenesOfRun(run);
  const path = outcomesPath(place, task);
  const node = Deno.env.get("SLURMD_NODENAME");
  const array = Deno.env.get("SLURM_ARRAY_JOB_ID");
  const counts = { made: 0, complete: 0, failed: 0 };
  try {
    return await call(await readArguments(place), {
      async scenes(make, signal) {
        for (const number of scenesOfTask(run, task)) {
          signal.throwIfAborted();
          const made = await make(all[number - 1]!);
          const outcome = outcomeOf(made, {
            number,
            ...(node !== undefined && { node }),
            ...(array !== undefined && { job: `${array}_${task}` }),
          });
          await logOutcome(path, outcome);
          print(outcome, outcomeText(outcome));
          const { status } = outcome;
          counts[status === "failed" || status === "complete" ? status : "made"]++;
        }
        const summary = `task ${task}: ${counts.made} made, ${counts.complete} already complete, ` +
          `${counts.failed} failed`;
        if (counts.failed > 0) throw new Failure(summary, counts);
        return { text: summary, json: counts };
      },
    });
  } catch (error) {
    if (error instanceof Interrupted) await requeued(counts.made > 0, { log });
    throw error;
  }
}
