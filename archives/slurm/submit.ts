/**
 * Submission of a manifest's scenes as an array job, of tasks that are left, and of the merge after them.
 *
 * @module
 */

import { makeFolder, writing } from "../../files/mod.ts";
import type { RetryOptions } from "../until_reached.ts";
import { indexRanges } from "./indices.ts";
import { jobScript } from "./job_script.ts";
import { queuedJobs, submitScript } from "./scheduler.ts";
import {
  createRun,
  lockSubmissions,
  readRun,
  runFolder,
  type SlurmRun,
  type SlurmSubmission,
  writeRun,
} from "./slurm_run.ts";
import { slurmStatus } from "./status.ts";

/** What was submitted. */
export interface Submitted {
  /** Absolute path of the run's folder. */
  readonly folder: string;
  /** Number of the job; undefined if there was nothing to submit. */
  readonly job: string | undefined;
  /** Numbers of the array's tasks, such as `0-15`. */
  readonly tasks: string;
}

/** A comment that no other submission has. */
function newComment(): string {
  return `emrdm:${crypto.getRandomValues(new Uint8Array(6)).toHex()}`;
}

/** Completes submissions whose answer was lost: finds their jobs, and drops those that never came. */
async function settled(run: SlurmRun, options: RetryOptions): Promise<SlurmRun> {
  if (run.submissions.every(({ job }) => job !== undefined)) return run;
  const jobs = await queuedJobs(options);
  const submissions = run.submissions.flatMap((one) => {
    const job = one.job ?? jobs.find(({ comment }) => comment === one.comment)?.job;
    return job === undefined ? [] : [{ ...one, job }];
  });
  return { ...run, submissions };
}

/** Writes the script, notes the submission, submits, and notes the job. */
async function submitted(
  folder: string,
  { run, kind, tasks, after, collection, options }: {
    readonly run: SlurmRun;
    readonly kind: SlurmSubmission["kind"];
    readonly tasks: readonly number[];
    readonly after?: string | undefined;
    readonly collection?: string | undefined;
    readonly options: RetryOptions;
  },
): Promise<Submitted> {
  const submission: SlurmSubmission = { comment: newComment(), kind, tasks };
  const script = jobScript(submission, {
    ...{ folder, resources: run.resources, after, collection },
  });
  await makeFolder(`${folder}/logs`);
  const path = `${folder}/${kind}.sh`;
  await writing(path, () => Deno.writeTextFile(path, script));
  const noted = (job?: string): SlurmRun => ({
    ...run,
    submissions: [...run.submissions, { ...submission, ...(job !== undefined && { job }) }],
  });
  await writeRun(folder, noted());
  const job = await submitScript(path, { comment: submission.comment, ...options });
  await writeRun(folder, noted(job));
  return { folder, job, tasks: indexRanges(tasks) };
}

/** All tasks of a run. */
const tasksOf = ({ tasks }: Pick<SlurmRun, "tasks">) => Array.from({ length: tasks }, (_, i) => i);

/**
 * Script of the array job that {@linkcode slurmSubmit} submits, but for its comment.
 *
 * @throws {RangeError} If a line isn't one, or holds a credential.
 */
export function slurmScript(folder: string, run: Omit<SlurmRun, "submissions">): string {
  const { resources } = run;
  const submission: SlurmSubmission = { comment: "emrdm", kind: "array", tasks: tasksOf(run) };
  return jobScript(submission, { folder: runFolder(folder), resources });
}

/**
 * Submits the scenes of a manifest as an array job.
 *
 * @param args The command and its flags, such as `["restore", "--keep-clear"]`.
 * @throws {OutputError} If the folder holds a run already, or can't be written.
 * @throws {UnavailableError} If the scheduler can't be reached; `slurmResubmit` submits the run later.
 */
export async function slurmSubmit(
  folder: string,
  { run, args, ...options }: RetryOptions & {
    readonly run: Omit<SlurmRun, "submissions">;
    readonly args: readonly string[];
  },
): Promise<Submitted> {
  const place = runFolder(folder);
  const tasks = tasksOf(run);
  const whole: SlurmRun = { ...run, submissions: [] };
  // Wrong lines are reported before anything is written.
  slurmScript(place, run);
  await makeFolder(place);
  await using _lock = await lockSubmissions(place);
  await createRun(place, { run: whole, args });
  return await submitted(place, { run: whole, kind: "array", tasks, options });
}

/**
 * Submits the tasks again that have scenes left and aren't in the queue, and no others.
 *
 * @throws {InputError} If the folder holds no run, or the manifest has changed.
 * @throws {UnavailableError} If the scheduler can't be reached.
 */
export async function slurmResubmit(
  folder: string,
  options: RetryOptions & { readonly resources?: Partial<SlurmRun["resources"]> } = {},
): Promise<Submitted> {
  const place = runFolder(folder);
  const { resources, ...retry } = options;
  await readRun(place);
  await using _lock = await lockSubmissions(place);
  const run = await settled(await readRun(place), retry);
  const status = await slurmStatus(place, { ...retry, run });
  const tasks = status.tasks
    .filter(({ scenes, done, isQueued }) => done < scenes && !isQueued)
    .map(({ task }) => task);
  if (tasks.length === 0) return { folder: place, job: undefined, tasks: "" };
  return await submitted(place, {
    run: { ...run, resources: { ...run.resources, ...resources } },
    ...{ kind: "array", tasks, options: retry },
  });
}

/**
 * Submits a job that merges the outcomes when every task that is queued or running has ended.
 *
 * @param options `collection` is the absolute path of a STAC collection to write of all results.
 * @throws {InputError} If the folder holds no run.
 * @throws {UnavailableError} If the scheduler can't be reached.
 */
export async function slurmMerge(
  folder: string,
  { collection, ...options }: RetryOptions & { readonly collection?: string | undefined } = {},
): Promise<Submitted> {
  const place = runFolder(folder);
  await readRun(place);
  await using _lock = await lockSubmissions(place);
  const run = await settled(await readRun(place), options);
  const queued = new Set((await queuedJobs(options)).map(({ job }) => job));
  const arrays = run.submissions.filter(({ kind, job }) => kind === "array" && queued.has(job!));
  const after = arrays.length === 0 ? undefined : arrays.map(({ job }) => job!).join(":");
  return await submitted(place, { run, kind: "merge", tasks: [], after, collection, options });
}
