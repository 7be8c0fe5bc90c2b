/**
 * An archive on Slurm whose tasks and nodes are killed at random moments.
 *
 * @module
 */

import type { SlurmStatus } from "../../archives/mod.ts";
import { createRng } from "../../core/mod.ts";
import { COMMAND, digests, emrdmWith, expected, PROGRAM, writeArchive } from "./archive.ts";
import { type Cluster, startCluster } from "./slurm_cluster.ts";
import { sleep } from "./programs.ts";

/** Outcome of {@linkcode killArchive}. */
export interface ArchiveKills {
  readonly scenes: number;
  readonly kills: number;
  readonly requeues: number;
  readonly nodeKills: number;
  readonly resubmissions: number;
  /** Scenes that are missing or differ from those of one machine. */
  readonly lost: number;
  /** Scenes that were made more than once, by the tasks' own lines. */
  readonly twice: number;
  /** Other files next to the results. */
  readonly left: number;
  readonly seconds: number;
}

/** Prints the pid and command line of every process: Deno reads /proc with all permissions only. */
const LIST = "for file in /proc/[0-9]*/cmdline; do pid=${file#/proc/}; " +
  'echo "${pid%/cmdline} $(tr "\\0" " " 2>/dev/null <"$file")"; done 2>/dev/null';

/** Processes of the running tasks of a run, below the job steps. */
async function taskProcesses(run: string): Promise<readonly number[]> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", LIST] }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(`slurm task ${run} `))
    .map((line) => parseInt(line));
}

async function statusOf(cluster: Cluster, run: string): Promise<SlurmStatus> {
  const { code, out, err } = await emrdmWith(cluster.env, "slurm", "status", run, "--json");
  if (code !== 0) throw new Error(err);
  return JSON.parse(out);
}

/** Submits an archive, kills until all is done, and compares with one machine. */
export async function killArchive(
  { folder, scenes, kills: wanted, nodeKills: wantedNodes = 0, seed, log = () => {} }: {
    readonly folder: string;
    readonly scenes: number;
    readonly kills: number;
    readonly nodeKills?: number;
    readonly seed: number;
    readonly log?: (line: string) => void;
  },
): Promise<ArchiveKills> {
  const manifest = await writeArchive(folder, scenes);
  const reference = await expected(manifest);
  const cluster = await startCluster(folder);
  const run = `${folder}/scenes.slurm`;
  const begun = performance.now();
  const rng = createRng(seed);
  let [kills, requeues, nodeKills, resubmissions] = [0, 0, 0, 0];
  try {
    const { code, err } = await emrdmWith(
      cluster.env,
      ...["slurm", "submit", manifest, "--time", "10", "--memory", "500M", "--cpus", "1"],
      ...["--program", PROGRAM, "--", ...COMMAND],
    );
    if (code !== 0) throw new Error(err);
    for (let turn = 0;; turn++) {
      const draw = rng.fork(turn);
      await sleep(500 + 3000 * draw.uniform());
      const { done, failed, tasks } = await statusOf(cluster, run);
      if (failed > 0) throw new Error(`${failed} scenes failed`);
      if (done === scenes) break;
      if (!tasks.some(({ isQueued }) => isQueued)) {
        resubmissions++;
        const again = await emrdmWith(cluster.env, "slurm", "resubmit", run);
        if (again.code !== 0) throw new Error(again.err);
        log(again.out);
        continue;
      }
      if (nodeKills < wantedNodes && draw.fork("node").uniform() < 0.1) {
        nodeKills++;
        await cluster.restartNode(draw.fork("which").integer(2) as 0 | 1);
        continue;
      }
      const processes = kills < wanted ? await taskProcesses(run) : [];
      if (processes.length === 0) continue;
      kills++;
      const running = tasks.filter(({ state }) => state === "RUNNING");
      if (draw.fork("kind").uniform() < 0.3 && running.length > 0) {
        requeues++;
        const { job, task } = running[draw.fork("task").integer(running.length)]!;
        await cluster.run("scontrol", "requeue", `${job}_${task}`);
      } else {
        const process = processes[draw.fork("process").integer(processes.length)]!;
        // It may have ended meanwhile.
        try {
          Deno.kill(process, "SIGKILL");
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        }
      }
      if (kills % 10 === 0) log(`${kills} kills, ${done} of ${scenes} scenes done`);
    }
    const { outcomes } = await statusOf(cluster, run);
    if (outcomes.length !== scenes) throw new Error(`${outcomes.length} outcomes`);
    const merged = await emrdmWith(cluster.env, "slurm", "merge", run, "--now", "--json");
    if (merged.code !== 0) throw new Error(merged.err);
  } finally {
    await cluster.stop();
  }
  const lines: string[] = [];
  for await (const { name } of Deno.readDir(`${run}/outcomes`)) {
    lines.push(...(await Deno.readTextFile(`${run}/outcomes/${name}`)).split("\n"));
  }
  const made = lines.flatMap((line) => {
    const one = line === "" ? undefined : JSON.parse(line);
    return one?.status === "composed" ? [one.number as number] : [];
  });
  const found = await digests(`${folder}/out`);
  return {
    ...{ scenes, kills, requeues, nodeKills, resubmissions },
    lost: Object.keys(reference).filter((name) => found[name] !== reference[name]).length,
    twice: made.length - new Set(made).size,
    left: Object.keys(found).filter((name) => !Object.hasOwn(reference, name)).length,
    seconds: Math.round((performance.now() - begun) / 1000),
  };
}
