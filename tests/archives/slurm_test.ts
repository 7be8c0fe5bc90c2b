/** Archives on a real Slurm: controller and two nodes of this machine. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inFolder } from "../cli/run.ts";
import { RUN_SLOW } from "../slow.ts";
import { COMMAND, emrdmWith, PROGRAM, writeArchive } from "./archive.ts";
import { HAS_SLURM, MOST_TASKS, startCluster } from "./slurm_cluster.ts";
import { sleep } from "./programs.ts";
import { killArchive } from "./slurm_kills.ts";

const RESOURCES = [
  "--tasks",
  "20",
  "--time",
  "10",
  "--memory",
  "500M",
  "--cpus",
  "1",
  "--program",
  PROGRAM,
];

/** Registers a slow test that is ignored where Slurm is missing. */
function slurmTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} [slurm]`, ignore: !RUN_SLOW || !HAS_SLURM, fn });
}

/** Texts of all files below a folder. */
async function textsIn(folder: string): Promise<readonly (readonly [string, string])[]> {
  const all: (readonly [string, string])[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) all.push(...await textsIn(path));
    else all.push([path, await Deno.readTextFile(path)]);
  }
  return all;
}

slurmTest("tasks that are killed, requeued and submitted again lose no scene", async () => {
  await inFolder(async (folder) => {
    const { lost, twice, left, kills } = await killArchive({
      ...{ folder, scenes: 8, kills: 3, seed: 1 },
    });
    assertEquals({ lost, twice, left }, { lost: 0, twice: 0, left: 0 });
    assert(kills > 0, `${kills} kills`);
  });
});

slurmTest(
  "a scheduler that doesn't answer is tried again, and a job is submitted once",
  async () => {
    await inFolder(async (folder) => {
      const manifest = await writeArchive(folder, 8);
      const before = await Deno.readTextFile(manifest);
      const secret = "https://user:s3cret@127.0.0.1:1/{date}.tif?sig=s1gnature";
      const submit = (run: string, ...more: readonly string[]) =>
        emrdmWith(
          { ...cluster.env },
          ...["slurm", "submit", manifest, "--run", `${folder}/${run}`, ...RESOURCES, ...more],
          ...["--", ...COMMAND, "--mask", secret],
        );
      const cluster = await startCluster(folder);
      try {
        const dry = await submit("run", "--dry-run");
        assertEquals(dry.code, 0, dry.err);
        assertStringIncludes(dry.out, `#SBATCH --array=0-${MOST_TASKS - 1}\n`);
        assertEquals(await Deno.stat(`${folder}/run`).then(() => true, () => false), false);
        // The controller gets the submission, and answers after sbatch has given up.
        const paused = (async () => {
          for (;;) {
            if (await Deno.stat(`${folder}/run/array.sh`).then(() => true, () => false)) break;
            await sleep(1);
          }
          cluster.signalController("SIGSTOP");
          await sleep(12_000);
          cluster.signalController("SIGCONT");
        })();
        const { code, out, err } = await submit("run");
        await paused;
        assertEquals(code, 0, err);
        // More tasks than the cluster allows: scenes are dealt to the most that it does.
        assertStringIncludes(out, `tasks 0-${MOST_TASKS - 1}`);
        const jobs = await cluster.run("squeue", "-h", "-o", "%F");
        assert(new Set(jobs.trim().split("\n")).size <= 1, jobs);

        const script = await cluster.run("scontrol", "write", "batch_script", "1", "-");
        for (
          const [path, text] of [...await textsIn(`${folder}/run`), ["script", script] as const]
        ) {
          // The file that only the user can read.
          if (path.endsWith("arguments.json")) {
            assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
          } else assert(!/s3cret|s1gnature/.test(text), path);
        }
        const refused = await submit("other", "--setup", "curl https://127.0.0.1/?key=s1gnature");
        assertEquals([refused.code, /s1gnature/.test(refused.err)], [2, false], refused.err);
      } finally {
        await cluster.stop();
      }
      const late = await submit("late", "--retry", "15");
      assertEquals(late.code, 5, late.err);
      assertStringIncludes(late.err, "trying again in 0.5 s");
      assertEquals(await Deno.readTextFile(manifest), before);
      assertEquals(await Deno.stat(`${folder}/late`).then(() => true, () => false), false);
    });
  },
);
