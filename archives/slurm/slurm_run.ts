/**
 * Folder of a run on Slurm: what was submitted, the job scripts, logs and outcomes.
 *
 * - `run.json`: manifest, number of tasks, resources, submissions.
 * - `arguments.json`: the command and its flags, readable by the user alone, since addresses may hold
 *   credentials. Job scripts only name the folder.
 * - `array.sh`, `merge.sh`: the job scripts. `logs/`: what the jobs print. `outcomes/`: a line per scene.
 *
 * @module
 */

import { resolve } from "node:path";
import { InputError, OutputError, parseJson, sha256 } from "../../core/mod.ts";
import { lockRun, makeFolder, writeFileAtomically, writing } from "../../files/mod.ts";
import { type ManifestScene, readManifest } from "../../restoration/mod.ts";

/** What a job asks for. */
export interface SlurmResources {
  /** Time limit in Slurm's form, such as `90` (minutes) or `2:00:00`. */
  readonly time: string;
  /** Memory in Slurm's form, such as `3500M`. */
  readonly memory: string;
  /** CPUs of a task. */
  readonly cpus: number;
  /** Most tasks that run at once. Default: no limit. */
  readonly atOnce?: number;
  /** Further options of sbatch, such as `--partition=short`. */
  readonly options: readonly string[];
  /** Lines of the script before the program, such as `module load deno`. */
  readonly setup: readonly string[];
  /** The program in the shell's form, such as `deno run -A cli.ts`. */
  readonly program: string;
}

/** One submission to the scheduler. */
export interface SlurmSubmission {
  /** Comment of the job, unique for each submission. */
  readonly comment: string;
  /** Makes scenes, or merges their outcomes. */
  readonly kind: "array" | "merge";
  /** Numbers of the array's tasks, from 0. */
  readonly tasks: readonly number[];
  /** Number of the job; undefined until the scheduler answers. */
  readonly job?: string;
}

/** A run on Slurm, as `run.json` has it. */
export interface SlurmRun {
  /** Absolute path of the manifest. */
  readonly manifest: string;
  /** SHA-256 of the manifest: tasks take its rows by number. */
  readonly digest: string;
  /** Scenes of the manifest. */
  readonly scenes: number;
  /** Tasks of the whole array; task i takes the scenes i + 1, i + 1 + tasks, … */
  readonly tasks: number;
  /** What each task asks for. */
  readonly resources: SlurmResources;
  /** Submissions, oldest first. */
  readonly submissions: readonly SlurmSubmission[];
}

const runPath = (folder: string) => `${folder}/run.json`;
const argumentsPath = (folder: string) => `${folder}/arguments.json`;

/** File of the outcomes of a task. */
export const outcomesPath = (folder: string, task: number): string =>
  `${folder}/outcomes/${task}.jsonl`;

/** Writes the state of a run. */
export async function writeRun(folder: string, run: SlurmRun): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(run, null, 2)}\n`);
  await writeFileAtomically(runPath(folder), [bytes], { overwrite: true });
}

async function readJson<T>(path: string): Promise<T> {
  const text = await Deno.readTextFile(path).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(
      `Cannot read ${path}: the folder must be one of emrdm slurm submit, got none there`,
    );
  });
  return parseJson(text) as T;
}

/** Reads the state of a run. @throws {InputError} If the folder holds none. */
export async function readRun(folder: string): Promise<SlurmRun> {
  return await readJson<SlurmRun>(runPath(folder));
}

/** The command and its flags. @throws {InputError} If the folder holds none. */
export async function readArguments(folder: string): Promise<readonly string[]> {
  return await readJson<readonly string[]>(argumentsPath(folder));
}

/** SHA-256 of a manifest's bytes. */
export async function manifestDigest(path: string): Promise<string> {
  return await sha256(await Deno.readFile(path));
}

/** Scenes of a run's manifest. @throws {InputError} If the manifest has changed since the submission. */
export async function scenesOfRun(
  { manifest, digest }: SlurmRun,
): Promise<readonly ManifestScene[]> {
  const scenes = await readManifest(manifest);
  if (await manifestDigest(manifest) === digest) return scenes;
  throw new InputError(
    `Cannot use manifest ${manifest}: it must be as it was submitted, since tasks take its rows by ` +
      "number, got another content; submit it as a new run",
  );
}

/** Numbers of the scenes of a task, from 1. */
export function scenesOfTask({ scenes, tasks }: SlurmRun, task: number): readonly number[] {
  const numbers: number[] = [];
  for (let number = task + 1; number <= scenes; number += tasks) numbers.push(number);
  return numbers;
}

/**
 * Makes the folder of a new run.
 *
 * @throws {OutputError} If it holds a run already.
 */
export async function createRun(
  folder: string,
  { run, args }: { readonly run: SlurmRun; readonly args: readonly string[] },
): Promise<void> {
  await makeFolder(folder);
  if (await Deno.stat(runPath(folder)).then(() => true, () => false)) {
    throw new OutputError(
      `Cannot submit to ${folder}: the folder must hold no run, got one; resubmit what is left of it ` +
        "(emrdm slurm resubmit), or choose another folder (--run)",
    );
  }
  const path = argumentsPath(folder);
  await writing(path, () => Deno.writeTextFile(path, JSON.stringify(args), { mode: 0o600 }));
  await writeRun(folder, run);
}

/** Keeps a second submission out of a run. @throws {BusyError} If another process is submitting. */
export async function lockSubmissions(folder: string): Promise<AsyncDisposable> {
  return await lockRun(folder, {
    task: `submit the run ${folder}`,
    remedy: "choose another folder (--run)",
    name: "submit.lock",
  });
}

/** Absolute path of a run's folder. */
export const runFolder = (folder: string): string => resolve(folder);
