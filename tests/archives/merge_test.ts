/** The merge of a run on Slurm, which needs no scheduler. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { logOutcome, manifestDigest, outcomesPath } from "../../archives/mod.ts";
import { jobScript } from "../../archives/slurm/job_script.ts";
import { emrdm, inFolder } from "../cli/run.ts";
import { writeCatalog } from "./workflows.ts";

const RESOURCES = {
  ...{ time: "10", memory: "500M", cpus: 1, options: [], setup: [], program: "emrdm" },
} as const;

Deno.test("slurm merge --collection lists the scenes of all tasks; a missing one has code 1", async () => {
  await inFolder(async (folder) => {
    await writeCatalog(folder, 2);
    const manifest = `${folder}/scenes.csv`;
    const rows = [1, 2, 3].map((i) => `out/${i}.tif,catalog.json`);
    await Deno.writeTextFile(manifest, `output,inputs\n${rows.join("\n")}\n`);
    const run = `${folder}/run`;
    await Deno.mkdir(run);
    const digest = await manifestDigest(manifest);
    const state = { manifest, digest, scenes: 3, tasks: 2, resources: RESOURCES, submissions: [] };
    await Deno.writeTextFile(`${run}/run.json`, JSON.stringify(state));
    // Task 0 has made the scenes 1 and 3, task 1 nothing yet.
    const make = (shard: string) =>
      emrdm("composite", "--method", "linear", "--manifest", manifest, "--shard", shard);
    const note = (number: number) =>
      logOutcome(outcomesPath(run, (number - 1) % 2), {
        ...{ number, output: `${folder}/out/${number}.tif`, status: "composed", seconds: 1 },
        time: "2018-05-07T00:00:00Z",
      });
    assertEquals((await make("1/2")).code, 0);
    await note(1);
    await note(3);
    const collection = `${folder}/out/collection.json`;
    const merge = () => emrdm("slurm", "merge", run, "--now", "--collection", collection);
    const early = await merge();
    assertEquals(early.code, 1);
    assertStringIncludes(early.err, "3 scenes, 2 done, 0 failed, 1 missing");
    assertStringIncludes(early.err, "collection of 2 items");
    assertEquals((await make("2/2")).code, 0);
    await note(2);
    const { code, out } = await merge();
    assertEquals(code, 0);
    assertStringIncludes(out, "collection of 3 items");
  });
});

Deno.test("the job script of a merge names the collection", () => {
  const script = jobScript({ comment: "emrdm:1", kind: "merge", tasks: [] }, {
    ...{ folder: "/data/run", resources: RESOURCES, collection: "/data/out put.json" },
  });
  assertStringIncludes(
    script,
    "exec emrdm slurm merge --now /data/run --collection='/data/out put.json'",
  );
});
