/** A second run in the files of a first one ends with an error that names the first. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { OutputError } from "../../core/mod.ts";
import { BusyError, lockRun } from "../../files/mod.ts";
import { openEvaluationCsv } from "../../evaluation/mod.ts";
import { readManifest, restoreManifest } from "../../restoration/mod.ts";
import { runStudy } from "../../studies/mod.ts";
import { train } from "../../training/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { cloudyDates, inFolder, tinyModel } from "../restoration/tiny.ts";
import { tinyStudy, writeTinyStudy } from "../studies/tiny_study.ts";
import { tinyDataset, tinyExperiment } from "../training/tiny.ts";

await useEngine("cpu");

const options = { task: "train in runs/a", remedy: "choose another folder" };
const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** The error of a second run, which must name this process. */
async function refused(work: () => Promise<unknown>): Promise<string> {
  const { message } = await assertRejects(work, BusyError);
  assert(message.includes(`(process ${Deno.pid} on ${Deno.hostname()}, which holds `), message);
  return message;
}

Deno.test("lockRun() refuses a second run by the name of the first, and leaves nothing", () =>
  inFolder(async (folder) => {
    {
      await using _lock = await lockRun(`${folder}/a/b`, options);
      assertEquals(
        await refused(() => lockRun(`${folder}/a/b`, options)),
        `Cannot train in runs/a: another run is using the folder (process ${Deno.pid} on ` +
          `${Deno.hostname()}, which holds ${folder}/a/b/lock); wait until it ends, stop it, or ` +
          "choose another folder",
      );
    }
    assertEquals(names(`${folder}/a`), []);
    await using _again = await lockRun(`${folder}/a/b`, options);
  }));

Deno.test("lockRun() takes the lock of a process that was killed", () =>
  inFolder(async (folder) => {
    const script = `import { lockRun } from "${new URL("../../files/mod.ts", import.meta.url)}";
      await lockRun("${folder}", ${JSON.stringify(options)});
      console.log("locked");
      await new Promise((resolve) => setTimeout(resolve, 60000));`;
    await Deno.writeTextFile(`${folder}/hold.ts`, script);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", `${folder}/hold.ts`],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    const { message } = await assertRejects(() => lockRun(folder, options), BusyError);
    assert(message.includes(`(process ${child.pid} on `), message);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    assertEquals(names(folder), ["hold.ts", "lock"]);
    {
      await using _lock = await lockRun(folder, options);
    }
    assertEquals(names(folder), ["hold.ts"]);
  }));

Deno.test("train() holds the lock of its folder, and is refused where another run does", () =>
  inFolder(async (out) => {
    const datasets = { train: tinyDataset() };
    const held = new Set<string>();
    const { model } = await train(tinyExperiment({ steps: 2 }), {
      out,
      datasets,
      onProgress: () => void held.add(Deno.readTextFileSync(`${out}/lock`)),
    });
    tf.dispose([{ ...model.weights.params }, { ...model.weights.buffers }]);
    assertEquals([...held], [`process ${Deno.pid} on ${Deno.hostname()}`]);
    assertEquals(names(out).includes("lock"), false);
    await using _lock = await lockRun(out, options);
    const message = await refused(() => train(tinyExperiment(), { out, datasets, resume: true }));
    assert(message.startsWith(`Cannot train in ${out}: `), message);
  }));

Deno.test("a second study in the folder of a first is refused", () =>
  inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const study = { ...tinyStudy(folder), rows: tinyStudy(folder).rows.slice(0, 1), sweeps: [] };
    const given = { name: "tiny", out: `${folder}/runs` };
    let second: Promise<string> | undefined;
    await runStudy(study, {
      ...given,
      onTraining() {
        second ??= refused(() => runStudy(study, given));
      },
    });
    assert((await second)?.startsWith(`Cannot run tiny in ${folder}/runs: `));
    assertEquals(names(`${folder}/runs`).includes("lock"), false);
  }));

Deno.test("a second call for the scenes of a manifest is refused; other shards are not", () =>
  inFolder(async (folder) => {
    const [date] = cloudyDates({ width: 32, height: 32 }, 1);
    await writeCog(`${folder}/s_2018-01-07.tif`, date!);
    const lines = [0, 1].map((i) => `new/${i}/c.tif,s_2018-01-07.tif`);
    await Deno.writeTextFile(`${folder}/m.csv`, ["output,inputs", ...lines].join("\n"));
    const scenes = await readManifest(`${folder}/m.csv`);
    const model = tinyModel();
    let second: Promise<string> | undefined;
    let other: ReturnType<typeof restoreManifest> | undefined;
    const all = await restoreManifest(model, scenes, {
      tiles: { batch: 1 },
      onProgress() {
        second ??= refused(() => restoreManifest(model, scenes));
        other ??= restoreManifest(model, scenes, { shard: { index: 2, count: 2 } });
      },
    });
    assert((await second)?.includes("let this call restore other scenes (--shard)"));
    assertEquals((await other)?.[0]?.status, "restored");
    assertEquals(all[0]?.status, "restored");
    // The folders did not exist.
    for (const i of [0, 1]) assertEquals(names(`${folder}/new/${i}`), ["c.item.json", "c.tif"]);
    tf.dispose([{ ...model.weights.params }, { ...model.weights.buffers }]);
  }));

Deno.test("a second evaluation that writes a CSV is refused", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    const run = { run: "0badcafe", bands: ["B02"] };
    const csv = await openEvaluationCsv(path, run);
    await assertRejects(
      () => openEvaluationCsv(path, run),
      OutputError,
      `Cannot write ${path}: another run is writing it (process ${Deno.pid} on `,
    );
    await csv.close();
    assertEquals(names(folder), ["a.csv"]);
  }));
