/**
 * Job scripts for sbatch. They name the run's folder and hold no arguments: addresses in flags or
 * manifests may contain credentials, and schedulers keep and show scripts.
 *
 * @module
 */

import { redacted, shellWord } from "../../core/mod.ts";
import { indexRanges } from "./indices.ts";
import type { SlurmResources, SlurmSubmission } from "./slurm_run.ts";

/** Seconds before the time limit at which a job gets SIGTERM, to save and stop. */
const NOTICE = 120;

/** @throws {RangeError} If a line of the script would be several, or hold a credential. */
function checkLine(line: string, flag: string): string {
  if (/[\n\r]/.test(line)) {
    throw new RangeError(`Cannot use ${flag}: it must be one line, got several`);
  }
  if (redacted(line) === line) return line;
  throw new RangeError(
    `Cannot use ${flag}: addresses in job scripts must hold no credentials, got ${
      redacted(line)
    } ` +
      "with a query string, user or password",
  );
}

/**
 * Writes the script of a submission.
 *
 * @param folder Absolute path of the run's folder.
 * @param after Job after whose end this one starts.
 * @param collection Absolute path of the STAC collection that a merge writes.
 * @throws {RangeError} If a line isn't one, or holds a credential.
 */
export function jobScript(
  { comment, kind, tasks }: SlurmSubmission,
  { folder, resources, after, collection }: {
    readonly folder: string;
    readonly resources: SlurmResources;
    readonly after?: string | undefined;
    readonly collection?: string | undefined;
  },
): string {
  const { time, memory, cpus, atOnce, options, setup, program } = resources;
  const throttle = atOnce === undefined ? "" : `%${atOnce}`;
  const lines = kind === "array"
    ? [
      `--array=${indexRanges(tasks)}${throttle}`,
      `--time=${time}`,
      `--mem=${memory}`,
      `--cpus-per-task=${cpus}`,
      `--signal=B:TERM@${NOTICE}`,
      `--output=${folder}/logs/%a.log`,
    ]
    : [
      "--time=60",
      "--mem=1000M",
      `--output=${folder}/logs/merge.log`,
      ...(after === undefined ? [] : [`--dependency=afterany:${after}`]),
    ];
  const all = [
    `--job-name=emrdm-${kind}`,
    `--comment=${comment}`,
    "--requeue",
    "--open-mode=append",
    ...lines,
    ...options.map((option) => checkLine(option, "--sbatch")),
  ];
  const verb = kind === "array" ? "task" : "merge --now";
  return [
    "#!/bin/bash",
    ...all.map((option) => `#SBATCH ${option}`),
    "",
    ...setup.map((line) => checkLine(line, "--setup")),
    // The program takes the place of the shell, so that signals reach it.
    `exec ${checkLine(program, "--program")} slurm ${verb} ${shellWord(folder)}` +
    (collection === undefined ? "" : ` --collection=${shellWord(collection)}`),
    "",
  ].join("\n");
}
