/** Shards from the variables of array jobs. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ARRAY_VARIABLES, arrayShard } from "../../archives/mod.ts";
import { emrdm } from "../cli/run.ts";

type Variables = Readonly<Record<string, string>>;

const take = (given: string, variables: Variables) => {
  const { index, count } = arrayShard(given, (name) => {
    assert(ARRAY_VARIABLES.includes(name), name);
    return variables[name];
  });
  return `${index}/${count}`;
};

const slurm = (id: number, first: number, last: number, step = 1, count?: number): Variables => ({
  SLURM_ARRAY_TASK_ID: `${id}`,
  SLURM_ARRAY_TASK_MIN: `${first}`,
  SLURM_ARRAY_TASK_MAX: `${last}`,
  SLURM_ARRAY_TASK_STEP: `${step}`,
  SLURM_ARRAY_TASK_COUNT: `${count ?? Math.floor((last - first) / step) + 1}`,
});

Deno.test("arrayShard() takes the range that Slurm, AWS Batch and Grid Engine state", () => {
  assertEquals(take("auto", slurm(0, 0, 15)), "1/16");
  assertEquals(take("auto", slurm(16, 1, 16)), "16/16");
  assertEquals(take("auto", slurm(12, 4, 20, 4)), "3/5");
  assertEquals(
    take("auto", { AWS_BATCH_JOB_ARRAY_INDEX: "9", AWS_BATCH_JOB_ARRAY_SIZE: "10" }),
    "10/10",
  );
  assertEquals(
    take("auto", {
      SGE_TASK_ID: "3",
      SGE_TASK_FIRST: "1",
      SGE_TASK_LAST: "9",
      SGE_TASK_STEPSIZE: "2",
    }),
    "2/5",
  );
});

Deno.test("arrayShard() takes a count or range where the engine states none", () => {
  assertEquals(take("auto/16", { JOB_COMPLETION_INDEX: "0" }), "1/16");
  assertEquals(take("auto/16", { PBS_ARRAY_INDEX: "15" }), "16/16");
  assertEquals(take("auto/1-16", { PBS_ARRAY_INDEX: "16" }), "16/16");
  assertEquals(take("auto/4", { SGE_TASK_ID: "4", SGE_TASK_FIRST: "4" }), "4/4");
  // Two tasks of sixteen that are submitted again.
  assertEquals(take("auto/16", slurm(9, 3, 9, 1, 2)), "10/16");
  assertEquals(take("auto/2", { PBS_ARRAY_INDEX: "1", PBS_ARRAYID: "1" }), "2/2");
});

Deno.test("every task of an array has a shard of its own", () => {
  for (const [first, last, step] of [[0, 15, 1], [1, 16, 1], [7, 40, 3]] as const) {
    const all: string[] = [];
    for (let id = first; id <= last; id += step) {
      all.push(take("auto", slurm(id, first, last, step)));
    }
    assertEquals(all, all.map((_, i) => `${i + 1}/${all.length}`));
  }
});

Deno.test("arrayShard() refuses numbers that are missing, outside, or of two engines", () => {
  const cases: readonly (readonly [string, Variables, string])[] = [
    ["auto", {}, "one of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX"],
    ["auto", { SGE_TASK_ID: "undefined" }, "must be set"],
    ["auto", { JOB_COMPLETION_INDEX: "2" }, "write --shard auto/N"],
    ["auto", { PBS_ARRAY_INDEX: "2" }, "PBS doesn't say how many tasks there are"],
    ["auto/16", { PBS_ARRAY_INDEX: "16" }, "from 0 to 15, got 16"],
    ["auto/16", { SGE_TASK_ID: "0" }, "from 1 to 16, got 0"],
    ["auto", slurm(9, 3, 9, 1, 2), "the array of 2 tasks must be whole"],
    ["auto", { ...slurm(1, 0, 3), SLURM_ARRAY_TASK_ID: "a" }, "must be an integer"],
    ["auto", { SLURM_ARRAY_TASK_ID: "1" }, "must hold a range of numbers"],
    ["auto/4", { JOB_COMPLETION_INDEX: "1", PBS_ARRAY_INDEX: "2" }, "one engine must number"],
    ["auto/5-3", { JOB_COMPLETION_INDEX: "1" }, "it must be auto, auto/N or auto/FIRST-LAST"],
    ["auto/0", {}, "it must be auto, auto/N or auto/FIRST-LAST"],
    ["automatic", {}, "it must be auto, auto/N or auto/FIRST-LAST"],
  ];
  for (const [given, variables, message] of cases) {
    const error = assertThrows(() => take(given, variables), RangeError);
    assertStringIncludes(error.message, message);
  }
});

Deno.test("--shard auto without an array job is a usage error that names the variables", async () => {
  const { code, err } = await emrdm("composite", "--manifest", "none.csv", "--shard", "auto");
  assertEquals(code, 2);
  assertStringIncludes(err, "JOB_COMPLETION_INDEX");
});

Deno.test("the tasks that take --shard may read every index variable", async () => {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  for (const name of ["restore", "composite", "restore:jp2", "online"]) {
    const allowed = /--allow-env='([^']+)'/.exec(tasks[name])?.[1]?.split(",") ?? [];
    const isAllowed = (variable: string) =>
      allowed.some((one) =>
        one.endsWith("*") ? variable.startsWith(one.slice(0, -1)) : one === variable
      );
    assertEquals(ARRAY_VARIABLES.filter((variable) => !isAllowed(variable)), [], name);
  }
});
