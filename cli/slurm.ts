/**
 * `emrdm slurm`: restores the scenes of a manifest by an array job of Slurm.
 *
 * @module
 */

import { resolve } from "node:path";
import {
  manifestDigest,
  mergeOutcomes,
  mostTasks,
  readRun,
  runFolder,
  scenesOfRun,
  slurmMerge,
  type SlurmResources,
  slurmResubmit,
  slurmScript,
  slurmStatus,
  slurmSubmit,
  type Submitted,
} from "../archives/mod.ts";
import { shellWord } from "../core/mod.ts";
import { readManifest } from "../restoration/mod.ts";
import { collectionText } from "./collection.ts";
import { command, type Context, Failure, type Result } from "./command.ts";
import { sceneCommand } from "./fed_scenes.ts";
import { type FlagValues, UsageError } from "./flags.ts";
import { SLURM_FLAGS } from "./slurm_flags.ts";
import { planArray, sceneCost } from "./slurm_plan.ts";
import { runTask } from "./slurm_task.ts";
import { statusTable } from "./slurm_text.ts";

type Values = FlagValues<typeof SLURM_FLAGS>;

const VERBS = ["submit", "status", "resubmit", "merge", "task"] as const;

/** This program in a job script: compiled, or run by Deno from a file or URL. */
function thisProgram(): string {
  if (Deno.build.standalone) return shellWord(Deno.execPath());
  const main = Deno.mainModule.startsWith("file:")
    ? decodeURIComponent(new URL(Deno.mainModule).pathname)
    : Deno.mainModule;
  return `${shellWord(Deno.execPath())} run -A ${shellWord(main)}`;
}

/** @throws {UsageError} If a value isn't in Slurm's form. */
function checkForm(value: string | undefined, { flag, form }: {
  readonly flag: string;
  readonly form: RegExp;
}): string | undefined {
  if (value === undefined || form.test(value)) return value;
  throw new UsageError(`${flag} must be as Slurm writes it, got ${value}`);
}

const timeOf = ({ time }: Values) =>
  checkForm(time, { flag: "--time", form: /^(\d+-)?\d+(:\d\d){0,2}$/ });
const memoryOf = ({ memory }: Values) =>
  checkForm(memory, { flag: "--memory", form: /^\d+[KMGT]?$/ });

function submittedText({ folder, job, tasks }: Submitted): string {
  return job === undefined
    ? `${folder}: nothing is left`
    : tasks === ""
    ? `${folder}: job ${job} merges the outcomes`
    : `${folder}: job ${job}, tasks ${tasks}`;
}

async function submit(
  manifest: string,
  { values, inner, context }: {
    readonly values: Values;
    readonly inner: readonly string[];
    readonly context: Context;
  },
): Promise<Result> {
  const { call, log } = context;
  const args = sceneCommand(inner);
  const path = resolve(manifest);
  const scenes = (await readManifest(path)).length;
  const { retry, tasks, cpus = 4, atOnce, sbatch, setup, program = thisProgram() } = values;
  const [time, memory] = [timeOf(values), memoryOf(values)];
  // Wrong flags are found now, not by a thousand tasks.
  await call([...args, "--help"]);
  const most = await mostTasks({ retry, log });
  const isKnown = time !== undefined && memory !== undefined && tasks !== undefined;
  const cost = isKnown || args[0] !== "restore" || args.includes("none")
    ? undefined
    : await sceneCost(args, { manifest: path, scenes, call });
  const plan = planArray({ scenes, most, cost }, {
    ...(tasks !== undefined && { tasks }),
    ...(time !== undefined && { time }),
    ...(memory !== undefined && { memory }),
  });
  const resources: SlurmResources = {
    ...{ time: plan.time, memory: plan.memory, cpus, options: sbatch, setup, program },
    ...(atOnce !== undefined && { atOnce }),
  };
  const folder = values.run ?? `${manifest.replace(/\.csv$/i, "")}.slurm`;
  const digest = await manifestDigest(path);
  const run = { manifest: path, digest, scenes, tasks: plan.tasks, resources };
  const planned = `${scenes} scenes, ${plan.time} of time and ${plan.memory} of memory per task`;
  if (values.dryRun) {
    const script = slurmScript(folder, run);
    return { text: `${script}\n${planned}`, json: { ...plan, scenes, script } };
  }
  const submitted = await slurmSubmit(folder, { run, args, retry, log });
  return {
    text: `${submittedText(submitted)}\n${planned}`,
    json: { ...submitted, ...plan, scenes },
  };
}

async function resubmit(folder: string, { values, log }: Pick<Context, "log"> & {
  readonly values: Values;
}): Promise<Result> {
  const { retry, cpus, atOnce, sbatch, setup, program } = values;
  const [time, memory] = [timeOf(values), memoryOf(values)];
  const { resources } = await readRun(folder);
  const submitted = await slurmResubmit(folder, {
    ...{ retry, log },
    resources: {
      ...resources,
      ...(time !== undefined && { time }),
      ...(memory !== undefined && { memory }),
      ...(cpus !== undefined && { cpus }),
      ...(atOnce !== undefined && { atOnce }),
      ...(sbatch.length > 0 && { options: sbatch }),
      ...(setup.length > 0 && { setup }),
      ...(program !== undefined && { program }),
    },
  });
  return { text: submittedText(submitted), json: submitted };
}

async function merge(folder: string, { values, log }: Pick<Context, "log"> & {
  readonly values: Values;
}): Promise<Result> {
  const { now, retry } = values;
  const collection = values.collection === undefined ? undefined : resolve(values.collection);
  if (!now) {
    const submitted = await slurmMerge(folder, { retry, log, collection });
    return { text: submittedText(submitted), json: submitted };
  }
  const merged = await mergeOutcomes(folder);
  const { path, scenes, done, failed, missing } = merged;
  const outputs = (await scenesOfRun(await readRun(runFolder(folder)))).map(({ output }) => output);
  const text = [
    `${path}: ${scenes} scenes, ${done} done, ${failed} failed, ${missing} missing`,
    ...await collectionText({ collection, overwrite: false }, outputs),
  ].join("\n");
  if (failed + missing > 0) throw new Failure(text, merged);
  return { text, json: merged };
}

/** `emrdm slurm`. */
export const slurm = command({
  operands: "submit|status|resubmit|merge <manifest or folder>",
  details:
    `submit deals the scenes of a manifest to the tasks of an array job, whatever MaxArraySize is, and
submits it, or prints the script with --dry-run. After -- come restore or composite and their flags, which hold for all scenes. Time and
memory come from --dry-run on a few scenes; composites, which have none, need --time and --memory.

The folder of the run holds job scripts, logs and a line for each scene that ended. Flags after -- are
kept in a file that only you can read: addresses with credentials reach no job script and no log.

A task that is preempted, or near its time limit, stops within seconds, ends with code 143 and is
requeued; scenes that are complete are skipped. resubmit submits the tasks with scenes left and not in
the queue, and no others. merge submits a job that waits for the array and writes scenes.csv, and a
STAC collection of all results with --collection; its code is 1 if scenes failed or are missing.

While the scheduler doesn't answer, commands try again for --retry seconds, then end with code 5. A
submission whose answer is lost is found in the queue and not repeated; resubmit goes on after any
failure.

task is what the job scripts call.`,
  flags: SLURM_FLAGS,
  examples: [
    "slurm submit scenes.csv --cpus 8 --at-once 50 -- restore --keep-clear",
    "slurm submit scenes.csv --time 120 --memory 8G -- composite --method median",
    "slurm status scenes.slurm",
    "slurm resubmit scenes.slurm --time 4:00:00",
    "slurm merge scenes.slurm --collection collection.json",
  ],
  async run(values, context) {
    const { log } = context;
    const [verb, place, ...inner] = context.operands;
    const known = VERBS.find((one) => one === verb);
    if (known === undefined || place === undefined) {
      const given = context.operands.join(" ") || "nothing";
      throw new UsageError(`expected ${VERBS.join(", ")} and a manifest or folder, got ${given}`);
    }
    if (known === "submit") return await submit(place, { values, inner, context });
    if (inner.length > 0) throw new UsageError(`slurm ${verb} takes a folder, got ${inner[0]}`);
    if (known === "task") return await runTask(place, context);
    if (known === "resubmit") return await resubmit(place, { values, log });
    if (known === "merge") return await merge(place, { values, log });
    const status = await slurmStatus(place, { retry: values.retry, log });
    return { text: statusTable(status, { all: values.all }), json: status };
  },
});
