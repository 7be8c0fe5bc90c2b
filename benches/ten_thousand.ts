/**
 * An archive of ten thousand scenes without their work: what the scheduler, the queue and the file system
 * have to do. Needs Debian's Slurm (and root), nats-server and strace; parts without their program are
 * left out.
 *
 *     deno run -A --no-check benches/ten_thousand.ts [--scenes 10000]
 */

import { parseArgs } from "node:util";
import { logOutcome, work } from "../archives/mod.ts";
import { writeRunCollection } from "../restoration/mod.ts";
import {
  COMMAND,
  emrdmWith,
  PROGRAM,
  writeArchive,
  writeScenes,
} from "../tests/archives/archive.ts";
import { HAS_NATS, startNats } from "../tests/archives/nats_server.ts";
import { HAS_SLURM, startCluster } from "../tests/archives/slurm_cluster.ts";
import { writeCatalog } from "../tests/archives/workflows.ts";
import { emrdm } from "../tests/cli/run.ts";

const { values } = parseArgs({ options: { scenes: { type: "string", default: "10000" } } });
const SCENES = Number(values.scenes);
const RESOURCES = ["--time", "60", "--memory", "2G", "--program", PROGRAM] as const;

function print(what: string, value: string): void {
  console.log(`${what.padEnd(56)} ${value}`);
}

/** Prints how long work takes. */
async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await run();
  print(what, `${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** @throws {Error} If what was timed hasn't been done. */
function check(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(what);
}

/** Runs emrdm and returns what it prints. */
async function called(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { code, out, err } = await emrdmWith(env, ...args);
  if (code !== 0) throw new Error(err);
  return out;
}

async function slurm(folder: string, manifest: string): Promise<void> {
  const cluster = await startCluster(folder, { mostTasks: SCENES + 1 });
  try {
    for (const tasks of [Math.ceil(SCENES / 10), SCENES]) {
      const run = `${folder}/run${tasks}`;
      const args = ["slurm", "submit", manifest, "--run", run, "--tasks", `${tasks}`, ...RESOURCES];
      // Held jobs load the controller and its queue, but don't start.
      const more = ["--sbatch=--hold", "--", ...COMMAND];
      const script = await timed(
        `slurm submit --dry-run, ${tasks} tasks`,
        () => called(cluster.env, ...args, "--dry-run", ...more),
      );
      print("  script", `${script.length} bytes`);
      await timed(`slurm submit, ${tasks} tasks`, () => called(cluster.env, ...args, ...more));
      const queued = await timed(
        `squeue, ${tasks} tasks`,
        () => cluster.run("squeue", "--me", "-h", "-r"),
      );
      check(queued.trim().split("\n").length === tasks, `squeue must list ${tasks} tasks`);
      await timed(`slurm status, none done`, () => called(cluster.env, "slurm", "status", run));
      for (let i = 0; i < SCENES; i++) {
        await logOutcome(`${run}/outcomes/${i % tasks}.jsonl`, {
          ...{ number: i + 1, output: `${folder}/out/${i + 1}.tif`, status: "composed" },
          ...{ seconds: 60, time: "2018-05-07T00:00:00.000Z", node: "n1", job: `1_${i % tasks}` },
        });
      }
      const status = await timed(
        `slurm status, all done`,
        () => called(cluster.env, "slurm", "status", run),
      );
      check(status.includes(`${SCENES} done`), status.slice(0, 80));
      await timed(`slurm merge --now`, () => called(cluster.env, "slurm", "merge", run, "--now"));
      await cluster.run("scancel", "--me");
    }
  } finally {
    await cluster.stop();
  }
}

/** Bytes of the files below a folder. */
async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    bytes += isDirectory ? await bytesIn(path) : (await Deno.stat(path)).size;
  }
  return bytes;
}

async function queue(folder: string, manifest: string): Promise<void> {
  await using server = await startNats(folder);
  const env = { EMRDM_QUEUE: server.address };
  await timed(`enqueue`, () => called(env, "enqueue", manifest));
  await timed(`enqueue again, nothing new`, () => called(env, "enqueue", manifest));
  print("  files of the server", `${((await bytesIn(`${folder}/nats`)) / 1e6).toFixed(1)} MB`);
  await timed(`work --status, all waiting`, () => called(env, "work", "--status"));
  await timed(
    `take, note and acknowledge every scene, 4 workers`,
    () =>
      Promise.all(Array.from({ length: 4 }, () =>
        work({
          queue: server.address,
          make: ({ number, scene: { output } }) =>
            Promise.resolve({
              ...{ number, output, status: "composed", seconds: 60 },
              time: new Date().toISOString(),
            }),
        }))),
  );
  const done = await timed(`work --status, all done`, () => called(env, "work", "--status"));
  check(done.includes(`${SCENES} done, 0 failed, 0 waiting, 0 at work`), done);
}

/** System calls of a call of emrdm, by name. */
async function systemCalls(folder: string, args: readonly string[]): Promise<Map<string, number>> {
  const log = `${folder}/strace.txt`;
  const { success, stderr } = await new Deno.Command("strace", {
    args: ["-f", "-c", "-e", "trace=file,desc", "-o", log, ...PROGRAM.split(" "), ...args],
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const rows = (await Deno.readTextFile(log)).split("\n").map((line) => line.trim().split(/\s+/));
  return new Map(rows.flatMap((row) => {
    const [, , , calls] = row;
    return /^\d+$/.test(calls ?? "") && row.length >= 5 ? [[row.at(-1)!, Number(calls)]] : [];
  }));
}

/** Calls that a scene costs: those of eleven scenes less those of one, over ten. */
async function fileSystem(folder: string): Promise<void> {
  const counts: Map<string, number>[] = [];
  for (const scenes of [1, 11]) {
    const manifest = await writeScenes(folder, scenes);
    counts.push(await systemCalls(folder, [...COMMAND, "--manifest", manifest]));
    await Deno.remove(`${folder}/out`, { recursive: true });
  }
  const [one, eleven] = counts as [Map<string, number>, Map<string, number>];
  const names = [...eleven.keys()].filter((name) => name !== "total");
  const perScene = names.map((name) =>
    [name, (eleven.get(name)! - (one.get(name) ?? 0)) / 10] as const
  ).filter(([, calls]) => calls >= 0.5).toSorted((a, b) => b[1] - a[1]);
  console.log("system calls of a scene of four dates, their masks and five files:");
  for (const [name, calls] of perScene) print(`  ${name}`, calls.toFixed(1));
}

/** A collection of all results; the items are copies of one. */
async function collection(folder: string): Promise<void> {
  await writeCatalog(folder, 2);
  await emrdm("composite", `${folder}/catalog.json`, "--out", `${folder}/one.tif`);
  const item = await Deno.readTextFile(`${folder}/one.item.json`);
  const outputs = Array.from({ length: SCENES }, (_, i) => `${folder}/items/${i + 1}.tif`);
  await Deno.mkdir(`${folder}/items`);
  for (const output of outputs) {
    await Deno.writeTextFile(output.replace(/tif$/, "item.json"), item);
  }
  const path = `${folder}/items/collection.json`;
  await timed("collection of all items", () => writeRunCollection(path, { outputs }));
  print("  collection", `${((await Deno.stat(path)).size / 1e6).toFixed(1)} MB`);
}

const folder = await Deno.makeTempDir({ prefix: "ten-thousand-" });
const hasStrace = await new Deno.Command("strace", { args: ["-V"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);
await writeArchive(folder, 1);
if (hasStrace) await fileSystem(folder);
const manifest = await writeScenes(folder, SCENES);
print("manifest", `${((await Deno.stat(manifest)).size / 1e6).toFixed(1)} MB`);
if (HAS_NATS) await queue(folder, manifest);
// Status and merge look for the images.
await Deno.mkdir(`${folder}/out`);
for (let i = 0; i < SCENES; i++) await Deno.writeTextFile(`${folder}/out/${i + 1}.tif`, "");
if (HAS_SLURM) await slurm(folder, manifest);
await collection(await Deno.makeTempDir({ dir: folder }));
await Deno.remove(folder, { recursive: true });
