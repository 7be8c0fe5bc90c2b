/**
 * Flags of `emrdm slurm`.
 *
 * @module
 */

import { count, section, text, texts, toggle } from "./flags.ts";

/** Flags of `emrdm slurm`. */
export const SLURM_FLAGS = {
  run: text("Folder of the run. Default: the manifest's name with .slurm.", "FOLDER"),
  retry: count("Seconds to keep trying while the scheduler doesn't answer. Default: 60."),
  dryRun: toggle("Of submit: plan and print the job script, submit nothing."),
  now: toggle("Of merge: merge here, not in a job."),
  collection: text("Of merge: write a STAC collection of the results, too.", "FILE"),
  all: toggle("Of status: list complete tasks, too."),
  ...section("Resources (submit, resubmit)", {
    tasks: count("Tasks of the array. Default: tasks of about ten minutes.", { min: 1 }),
    atOnce: count("Most tasks that run at once.", { min: 1 }),
    time: text("Time limit of a task, in minutes or H:M:S. Default: from --dry-run.", "TIME"),
    memory: text("Memory of a task, as 3500M. Default: from --dry-run.", "SIZE"),
    cpus: count("CPUs of a task. Default: 4.", { min: 1 }),
    sbatch: texts("Option of sbatch, as --sbatch=--partition=short.", "OPTION"),
    setup: texts("Line of the job script before the program, as 'module load deno'.", "LINE"),
    program: text("emrdm in the job script. Default: the program that is running.", "COMMAND"),
  }),
} as const;
