/** Studies that use runs again or must not: other places of data, other names, other samplers. */

import { assertEquals, assertNotEquals } from "@std/assert";
import { previewStudy, runStudy, type StudyResult } from "../../studies/mod.ts";
import { runKey } from "../../studies/trained.ts";
import { readExperiment } from "../../training/mod.ts";
import { inFolder } from "../cli/run.ts";
import { switchEngine } from "../engines.ts";
import { tinyStudy, writePlaces, writeTinyStudy } from "./tiny_study.ts";
import { slowTest } from "../slow.ts";

await switchEngine("cpu");

/** The row of one run, and how many steps were trained for it. */
async function run(
  folder: string,
  data?: string,
): Promise<{ readonly result: StudyResult; readonly steps: number; readonly name: string }> {
  const study = { ...tinyStudy(folder), sweeps: [], claims: [] };
  const one = { ...study, rows: [study.rows[1]!] };
  const options = { out: `${folder}/runs`, ...(data !== undefined && { data }) };
  const { runs: [planned] } = await previewStudy(one, options);
  let steps = 0;
  const result = await runStudy(one, {
    ...options,
    name: "study",
    onTraining(name) {
      assertEquals(name, planned!.name);
      steps++;
    },
  });
  assertEquals(planned!.trained, steps === 0);
  const [seed] = result.groups[0]!.rows[0]!.seeds;
  assertEquals(seed!.run, planned!.name);
  return { result, steps, name: planned!.name };
}

slowTest(
  "runStudy() reuses a run after its data moved, and retrains on other data",
  () =>
    inFolder(async (folder) => {
      await writeTinyStudy(folder);
      const first = await run(folder);
      assertEquals(first.steps, 3);
      await Deno.rename(`${folder}/places`, `${folder}/moved`);
      const moved = await run(folder, `${folder}/moved`);
      assertEquals([moved.steps, moved.name], [0, first.name]);
      assertEquals(moved.result.groups[0]!.rows[0]!.mean, first.result.groups[0]!.rows[0]!.mean);

      // The same names of places and dates, other images.
      await writePlaces(`${folder}/other`, ["there", "here"]);
      const other = await run(folder, `${folder}/other/places`);
      assertEquals([other.steps, other.name.startsWith(`${first.name}-`)], [3, true]);
      assertNotEquals(other.result.groups[0]!.rows[0]!.mean, first.result.groups[0]!.rows[0]!.mean);
      await Deno.rename(`${folder}/other/places`, `${folder}/places`);
      for (const [place, { name }] of [["moved", first], ["places", other]] as const) {
        const again = await run(folder, `${folder}/${place}`);
        assertEquals([again.steps, again.name], [0, name], place);
      }
    }),
);

slowTest("rows with data at different paths are separate runs", () =>
  inFolder(async (folder) => {
    await writeTinyStudy(folder);
    await writePlaces(`${folder}/other`, ["there", "here"]);
    const study = { ...tinyStudy(folder), sweeps: [], claims: [] };
    const row = study.rows[1]!;
    const elsewhere = {
      ...row,
      name: "elsewhere",
      set: { "data.train.root": `${folder}/other/places` },
    };
    const result = await runStudy({ ...study, rows: [row, elsewhere] }, {
      name: "both",
      out: `${folder}/runs`,
    });
    const [a, b] = result.groups[0]!.rows.map(({ seeds }) => seeds[0]!.run);
    assertEquals(b!.startsWith(`${a}-`), true);
  }));

Deno.test("runKey() depends on the content of the initial weights, not on the file name", () =>
  inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const experiment = await readExperiment(`${folder}/joint.json`);
    const named = (name: string) =>
      runKey({ ...experiment, initialWeights: `${folder}/${name}.safetensors` });
    await Deno.writeTextFile(`${folder}/a.safetensors`, "a");
    await Deno.writeTextFile(`${folder}/b.safetensors`, "a");
    assertEquals(await named("b"), await named("a"));
    await Deno.writeTextFile(`${folder}/b.safetensors`, "b");
    assertNotEquals(await named("b"), await named("a"));
    assertNotEquals(await runKey(experiment), await named("a"));
  }));

Deno.test("runStudy() shares a run between experiments that differ in name or sampling", () =>
  inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const heun = {
      extends: "joint.json",
      model: { name: "heun", description: "two evaluations", sampler: { type: "heun" }, steps: 3 },
    };
    await Deno.writeTextFile(`${folder}/heun.json`, JSON.stringify(heun));
    const study = { ...tinyStudy(folder), sweeps: [], claims: [] };
    const row = { name: "heun", experiment: `file://${folder}/heun.json` };
    const both = { ...study, rows: [study.rows[1]!, row] };
    const out = `${folder}/runs`;
    const { runs } = await previewStudy(both, { out });
    assertEquals(runs.map(({ rows }) => rows), [["joint", "heun"]]);
    let steps = 0;
    const result = await runStudy(both, { out, name: "both", onTraining: () => steps++ });
    assertEquals(steps, 3);
    const [joint, other] = result.groups[0]!.rows;
    assertEquals(other!.seeds[0]!.run, joint!.seeds[0]!.run);
    assertNotEquals(other!.mean, joint!.mean);
    const alone = await runStudy({ ...study, rows: [row] }, { out, name: "one" });
    assertEquals(alone.groups[0]!.rows[0]!.seeds[0]!.run, joint!.seeds[0]!.run);
  }));
