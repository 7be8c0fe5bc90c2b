/**
 * Slurm's own commands: submission, queue, accounting.
 *
 * @module
 */

import { UnavailableError } from "../../core/mod.ts";
import { type RetryOptions, untilReached } from "../until_reached.ts";

/** Messages of Slurm's commands when the controller doesn't answer. */
const UNREACHABLE =
  /unable to contact|timed out|connection refused|connect failure|zero bytes|unable to establish|temporarily unavailable|transport endpoint|standby mode|receive failure|configuration source/i;

/** The last line of an error output that isn't empty. */
function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

/**
 * Runs a command of Slurm once.
 *
 * @throws {UnavailableError} If it is missing, or the controller doesn't answer.
 */
async function slurmOnce(name: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(name, {
    args: [...args],
    stdin: "null",
    env: { ["LC_ALL"]: "C" },
  }).output().catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UnavailableError(`Cannot run ${name}: Slurm's commands must be on the PATH`);
  });
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [
    string,
    string,
  ];
  // Some commands print the error and end with code 0.
  if (success && !(out.trim() === "" && UNREACHABLE.test(err))) return out;
  if (UNREACHABLE.test(err)) {
    throw new UnavailableError(`Cannot reach Slurm's controller: ${name} says ${lastLine(err)}`);
  }
  throw new Error(`Cannot run ${name}: it must succeed, got ${lastLine(err)}`);
}

/** A job of the queue. */
export interface QueuedJob {
  /** Number of the array job. */
  readonly job: string;
  /** Number of the array's task; undefined for a job that is no array. */
  readonly task: number | undefined;
  /** State, such as `RUNNING`. */
  readonly state: string;
  /** Reason why it waits, such as `Resources`. */
  readonly reason: string;
  readonly node: string;
  /** The job's comment, which identifies its submission. */
  readonly comment: string;
}

/** The user's jobs in the queue. @throws {UnavailableError} If the controller doesn't answer. */
export async function queuedJobs(options: RetryOptions = {}): Promise<readonly QueuedJob[]> {
  const out = await untilReached(
    () => slurmOnce("squeue", ["--me", "-h", "-r", "-o", "%F|%K|%T|%r|%N|%k"]),
    options,
  );
  return out.split("\n").filter((line) => line !== "").map((line) => {
    const [job = "", task = "", state = "", reason = "", node = "", ...comment] = line.split("|");
    return {
      ...{ job, state, reason, node, comment: comment.join("|") },
      task: /^\d+$/.test(task) ? Number(task) : undefined,
    };
  });
}

/** Time in milliseconds in which a controller that answers again works off what it had received. */
const BACKLOG = 3000;

/** Numbers of the jobs of a submission, lowest first, once the controller has worked off its backlog. */
async function jobsOf(comment: string): Promise<readonly string[]> {
  await queuedJobs({ retry: 0 });
  await new Promise((resolve) => setTimeout(resolve, BACKLOG));
  const jobs = (await queuedJobs({ retry: 0 })).filter((job) => job.comment === comment);
  return [...new Set(jobs.map(({ job }) => job))].sort((a, b) => Number(a) - Number(b));
}

/**
 * Submits a script once: if the answer to a submission is lost, the queue is searched for the script's
 * comment before the next attempt, and a job that appears nevertheless twice is cancelled.
 *
 * @param comment Unique; the script has it as `#SBATCH --comment`.
 * @returns The number of the job.
 * @throws {UnavailableError} If the controller can't be reached.
 */
export async function submitScript(
  path: string,
  { comment, ...options }: RetryOptions & { readonly comment: string },
): Promise<string> {
  return await untilReached(async (attempt) => {
    if (attempt === 0) return jobIn(await slurmOnce("sbatch", ["--parsable", path]));
    const found = await jobsOf(comment);
    const job = found[0] ?? jobIn(await slurmOnce("sbatch", ["--parsable", path]));
    const [first = job, ...others] = await jobsOf(comment);
    for (const other of others) await slurmOnce("scancel", [other]);
    return first;
  }, options);
}

/** The job's number in the answer of `sbatch --parsable`. */
function jobIn(answer: string): string {
  return answer.trim().split(";")[0]!;
}

/** Largest number of an array's tasks, from the controller's configuration. */
export async function mostTasks(options: RetryOptions = {}): Promise<number> {
  const out = await untilReached(() => slurmOnce("scontrol", ["show", "config"]), options);
  return Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(out)?.[1] ?? 1001);
}

/** Puts the running job of this process back in the queue; false if it isn't running any more. */
export async function requeueJob(job: string): Promise<boolean> {
  const shown = await slurmOnce("scontrol", ["show", "job", "-o", job]);
  // A cancelled job would start again.
  if (!/\bJobState=RUNNING\b/.test(shown)) return false;
  await slurmOnce("scontrol", ["requeue", job]);
  return true;
}

/** A task in Slurm's accounting. */
export interface AccountedTask {
  readonly job: string;
  readonly task: number | undefined;
  readonly state: string;
  /** `code:signal`. */
  readonly exitCode: string;
  readonly elapsed: string;
  readonly node: string;
}

/** Tasks of jobs from Slurm's accounting; undefined on clusters without accounting. */
export async function accountedTasks(
  jobs: readonly string[],
): Promise<readonly AccountedTask[] | undefined> {
  if (jobs.length === 0) return [];
  const format = "JobID,State,ExitCode,Elapsed,NodeList";
  const out = await slurmOnce("sacct", ["-n", "-P", "-X", "-j", jobs.join(","), "-o", format])
    .catch(() => undefined);
  return out?.split("\n").flatMap((line) => {
    const [id = "", state = "", exitCode = "", elapsed = "", node = ""] = line.split("|");
    const found = /^(\d+)(?:_(\d+))?$/.exec(id);
    if (found === null) return [];
    const task = found[2] === undefined ? undefined : Number(found[2]);
    return [{ job: found[1]!, task, state: state.split(" ")[0]!, exitCode, elapsed, node }];
  });
}
