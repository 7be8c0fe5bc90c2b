/**
 * One table of all scenes of a run.
 *
 * @module
 */

import { redacted } from "../../core/mod.ts";
import { csvLine, writeFileAtomically } from "../../files/mod.ts";
import { readOutcomes, type SceneOutcome } from "../outcome_log.ts";
import { outcomesPath, readRun, runFolder, scenesOfRun } from "./slurm_run.ts";

/** Outcome of {@linkcode mergeOutcomes}. */
export interface MergedOutcomes {
  /** The table. */
  readonly path: string;
  /** Scenes of the manifest. */
  readonly scenes: number;
  /** Scenes whose files are there. */
  readonly done: number;
  /** Scenes whose last attempt failed. */
  readonly failed: number;
  /** Scenes without an outcome or without a file. */
  readonly missing: number;
}

const COLUMNS = ["number", "output", "status", "seconds", "bytes", "attempts", "node", "job"];

/**
 * Writes `scenes.csv` into a run's folder: for each scene of the manifest its status (`failed`, `missing`,
 * or what was done), time, size, attempts, machine and error. Needs no scheduler.
 *
 * @throws {InputError} If the folder holds no run, or the manifest has changed.
 * @throws {OutputError} If the table can't be written.
 */
export async function mergeOutcomes(folder: string): Promise<MergedOutcomes> {
  const place = runFolder(folder);
  const run = await readRun(place);
  const scenes = await scenesOfRun(run);
  const all = new Map<number, SceneOutcome[]>();
  for (let task = 0; task < run.tasks; task++) {
    for (const one of await readOutcomes(outcomesPath(place, task))) {
      all.set(one.number, [...all.get(one.number) ?? [], one]);
    }
  }
  const counts = { done: 0, failed: 0, missing: 0 };
  const lines = [csvLine([...COLUMNS, "error"])];
  for (const [i, { output }] of scenes.entries()) {
    const own = all.get(i + 1) ?? [];
    const last = own.at(-1);
    const bytes = await Deno.stat(output).then(({ size }) => size, () => undefined);
    const isPattern = /\{(date|name)\}/.test(output);
    const isThere = last !== undefined && (isPattern || bytes !== undefined);
    // What was done is in the first success; later attempts find it complete.
    const made = own.find(({ status }) => status !== "failed" && status !== "complete") ?? last;
    const status = last?.status === "failed" ? "failed" : isThere ? made!.status : "missing";
    counts[status === "failed" || status === "missing" ? status : "done"]++;
    const { seconds, node, job } = made ?? {};
    const error = status === "failed" ? last!.error : undefined;
    lines.push(csvLine([
      ...[i + 1, redacted(output), status, seconds?.toFixed(1), bytes, own.length, node, job],
      error,
    ]));
  }
  const path = `${place}/scenes.csv`;
  const text = `${lines.join("\n")}\n`;
  await writeFileAtomically(path, [new TextEncoder().encode(text)], { overwrite: true });
  return { path, scenes: scenes.length, ...counts };
}
