/**
 * State of a run on Slurm, from the outcomes that tasks wrote, the queue and the accounting.
 *
 * @module
 */

import { readOutcomes, type SceneOutcome } from "../outcome_log.ts";
import type { RetryOptions } from "../until_reached.ts";
import { accountedTasks, queuedJobs } from "./scheduler.ts";
import {
  outcomesPath,
  readRun,
  runFolder,
  scenesOfRun,
  scenesOfTask,
  type SlurmRun,
} from "./slurm_run.ts";

/** State of one task. */
export interface TaskStatus {
  /** Number in the array, from 0. */
  readonly task: number;
  /** Job of the last submission; undefined before the first. */
  readonly job: string | undefined;
  /**
   * State in the queue or the accounting, such as `RUNNING`. Of a task that neither knows, `COMPLETED`
   * if no scene is left, else `ENDED`.
   */
  readonly state: string;
  /** True while the task waits or runs. */
  readonly isQueued: boolean;
  /** Scenes that the task makes. */
  readonly scenes: number;
  /** Scenes whose files are there. */
  readonly done: number;
  /** Scenes whose last attempt failed. */
  readonly failed: number;
  /** Submissions that contained the task. */
  readonly submissions: number;
  /** Node that runs or ran it; empty before its start. */
  readonly node: string;
}

/** State of a run. */
export interface SlurmStatus {
  /** Scenes of the manifest. */
  readonly scenes: number;
  /** Scenes whose files are there. */
  readonly done: number;
  /** Scenes whose last attempt failed. */
  readonly failed: number;
  /** Scenes that are neither done nor failed. */
  readonly left: number;
  /** All tasks of the array. */
  readonly tasks: readonly TaskStatus[];
  /** Last outcome of each scene that has one, by number. */
  readonly outcomes: readonly SceneOutcome[];
  /** False on clusters without accounting. */
  readonly hasAccounting: boolean;
}

/** True if the outcome is a success and its file is still there; patterns stand for several files. */
async function isDone({ status, output }: SceneOutcome): Promise<boolean> {
  if (status === "failed") return false;
  if (/\{(date|name)\}/.test(output)) return true;
  return await Deno.stat(output).then(({ isFile }) => isFile, () => false);
}

/** States that count as waiting or running. */
const QUEUED = /^(PENDING|RUNNING|SUSPENDED|CONFIGURING|COMPLETING|REQUEUED|REQUEUE_HOLD|STOPPED)$/;

/**
 * Reads the state of a run.
 *
 * @param options `run` is the state of `run.json`, where the caller has it.
 * @throws {InputError} If the folder holds no run, or the manifest has changed.
 * @throws {UnavailableError} If the scheduler can't be reached.
 */
export async function slurmStatus(
  folder: string,
  { run: given, ...options }: RetryOptions & { readonly run?: SlurmRun } = {},
): Promise<SlurmStatus> {
  const place = runFolder(folder);
  const run = given ?? await readRun(place);
  await scenesOfRun(run);
  const arrays = run.submissions.filter(({ kind }) => kind === "array");
  const jobs = arrays.flatMap(({ job }) => job ?? []);
  const queue = await queuedJobs(options);
  const accounted = await accountedTasks(jobs);
  const last = new Map<number, SceneOutcome>();
  const tasks: TaskStatus[] = [];
  for (let task = 0; task < run.tasks; task++) {
    const numbers = scenesOfTask(run, task);
    for (const one of await readOutcomes(outcomesPath(place, task))) last.set(one.number, one);
    const outcomes = numbers.flatMap((number) => last.get(number) ?? []);
    const isComplete = await Promise.all(outcomes.map(isDone));
    const done = isComplete.filter((one) => one).length;
    const own = arrays.filter((array) => array.tasks.includes(task));
    const { job, comment } = own.at(-1) ?? {};
    const queued = queue.find((one) => one.comment === comment && one.task === task);
    const account = accounted?.find((one) => one.job === job && one.task === task);
    tasks.push({
      ...{ task, job: job ?? queued?.job, scenes: numbers.length, done },
      state: queued?.state ?? account?.state ??
        (done === numbers.length ? "COMPLETED" : own.length === 0 ? "UNSUBMITTED" : "ENDED"),
      isQueued: queued !== undefined && QUEUED.test(queued.state),
      failed: outcomes.filter(({ status }) => status === "failed").length,
      submissions: own.length,
      node: queued?.node || account?.node || outcomes.at(-1)?.node || "",
    });
  }
  const sum = (of: (task: TaskStatus) => number) => tasks.reduce((n, task) => n + of(task), 0);
  const [done, failed] = [sum((task) => task.done), sum((task) => task.failed)];
  return {
    ...{ scenes: run.scenes, done, failed, left: run.scenes - done - failed, tasks },
    outcomes: [...last.values()].sort((a, b) => a.number - b.number),
    hasAccounting: accounted !== undefined,
  };
}
