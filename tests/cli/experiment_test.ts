import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseXml } from "../evaluation/xml.ts";
import { writeTinyStudy } from "../studies/tiny_study.ts";
import { emrdm, inFolder } from "./run.ts";
import { slowTest } from "../slow.ts";

const CPU = ["--engine", "cpu"];

slowTest("experiment runs a study: tables, plots, reuse", async () => {
  await inFolder(async (folder) => {
    const study = await writeTinyStudy(folder);
    const out = `${folder}/runs`;
    const call = ["experiment", study, "--out", out, "--seeds", "1,2", "--workers", "0", ...CPU];

    const planned = JSON.parse((await emrdm(...call, "--dry-run", "--json")).out);
    assertEquals(
      planned.study.runs.map((run: { trained: boolean; rows: string[] }) => [
        run.trained,
        run.rows.length,
      ]),
      [[false, 1], [false, 7], [false, 1], [false, 7]],
    );
    const first = await emrdm(...call);
    assertEquals(first.code, 0, first.err);
    assertStringIncludes(first.err, "study: training mono-seed1-");
    assertStringIncludes(first.out, "A tiny study");
    assertStringIncludes(first.out, " (20.00)");

    const markdown = await Deno.readTextFile(`${out}/study.md`);
    assertStringIncludes(markdown, "| **mono** one date |");
    assertStringIncludes(markdown, "| mono → joint | PSNR | rises |");
    const csv = await Deno.readTextFile(`${out}/study.csv`);
    // A header, two baselines, two rows, two places and a grid of four.
    assertEquals(csv.trimEnd().split("\n").length, 1 + 2 + 2 + 2 + 4);
    const json = JSON.parse(await Deno.readTextFile(`${out}/study.json`));
    assertEquals(json.steps[0].source, "Table 0");
    for (const name of ["study.svg", "study-steps.svg", "study-churn.svg"]) {
      assertStringIncludes(markdown, `(${name})`);
      assert(parseXml(await Deno.readTextFile(`${out}/${name}`)).length > 10, name);
    }

    const second = await emrdm(...call);
    assertEquals([second.code, second.out], [0, first.out]);
    assert(!second.err.includes("training"), second.err);
    assertStringIncludes((await emrdm(...call, "--dry-run")).out, " trained ");
  });
});

Deno.test("experiment puts files side by side, and has one study for all of them", async () => {
  await inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const files = ["mono", "joint"].map((name) => `${folder}/${name}.json`);
    const set = ["--set", "steps=1", "--set", "data.test.size=2"];
    const call = ["experiment", ...files, "--out", `${folder}/runs`, ...set, ...CPU, "--json"];
    const { code, out, err } = await emrdm(...call);
    assertEquals(code, 0, err);
    const [{ name, groups, evaluation }] = JSON.parse(out);
    assertEquals([name, evaluation.data[0].size], ["comparison", 2]);
    const rows = groups[0].rows as { name: string; seeds: { seed: number; steps: number }[] }[];
    assertEquals(rows.map(({ name, seeds }) => [name, seeds[0]!.seed, seeds[0]!.steps]), [
      ["mono", 5, 1],
      ["joint", 5, 1],
    ]);
    assert((await Deno.stat(`${folder}/runs/comparison.md`)).isFile);
  });
});

Deno.test("experiment --weights scores a file instead of training", async () => {
  await inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const call = [
      "experiment",
      `${folder}/joint.json`,
      "--out",
      `${folder}/runs`,
      ...CPU,
      "--json",
    ];
    const [trained] = JSON.parse((await emrdm(...call)).out);
    const [row] = trained.groups[0].rows;
    const file = `${folder}/runs/trained/${row.seeds[0].run}/model.safetensors`;
    const { code, out, err } = await emrdm(...call, "--weights", file);
    assertEquals(code, 0, err);
    const [given] = JSON.parse(out);
    assertEquals(given.groups[0].rows[0].mean, row.mean);
    assertEquals([given.weights, given.groups[0].rows[0].seeds[0].seed], [file, undefined]);
    assert(!err.includes("training"), err);
    const markdown = await Deno.readTextFile(`${folder}/runs/joint.md`);
    assertStringIncludes(markdown, `Weights of \`${file}\` instead of training`);

    const mono = ["experiment", `${folder}/mono.json`, "--out", `${folder}/runs`, ...CPU];
    assertStringIncludes(
      (await emrdm(...mono, "--weights", file)).err,
      "as mono: its condition must be",
    );
    assertEquals((await emrdm(...mono, "--weights", file, "--seeds", "1")).code, 2);
  });
});

Deno.test("experiment reports mistakes before any work", async () => {
  await inFolder(async (folder) => {
    const study = await writeTinyStudy(folder);
    const cases = [
      [
        [],
        2,
        "at least one study (table1, table2, alpha, table3, figure5, table4, means, design-space)",
      ],
      [["nothing"], 3, "Cannot find nothing: it must be a file, a study (table1"],
      [[study, "--preset", "huge"], 3, "Cannot find the preset huge"],
      [[study, "--seeds", "1.5"], 2, "--seeds must be integers"],
      [[study, "--set", "steps"], 2, "must be changed by path=value"],
      [[study, "--set", "model.bands=[]"], 2, "$.bands"],
      [["cuhk_cr1", "--preset", "small"], 3, "$.model.bands: must be B04, B03, B02"],
    ] as const;
    for (const [args, wanted, message] of cases) {
      const { code, err } = await emrdm("experiment", ...args, "--out", `${folder}/runs`, ...CPU);
      assertStringIncludes(err, message);
      assertEquals(code, wanted, err);
    }
    assert(![...Deno.readDirSync(folder)].some(({ name }) => name === "runs"));
  });
});

Deno.test("experiment knows the paper's studies by name, at both sizes", async () => {
  const runs = async (...args: string[]) => {
    const { code, out, err } = await emrdm("experiment", ...args, "--dry-run", "--json");
    assertEquals(code, 0, err);
    const plans = JSON.parse(out) as Record<string, { runs: { name: string }[] }>;
    return Object.values(plans).map(({ runs }) => runs.map(({ name }) => name));
  };
  const [[table2, alpha, table3, figure5, table4], [full]] = [
    await runs("table2", "alpha", "table3", "figure5", "table4", "--preset", "small"),
    await runs("table2"),
  ];
  assertEquals([table2!.length, alpha!.length, full!.length], [5, 7, 5]);
  assert(alpha!.includes(table2!.at(-1)!), "α = 1 is config E");
  assertEquals(table3, figure5);
  for (const shared of [alpha, table4]) assert(shared!.includes(table3![0]!), "all sample α = 3");
  assert(!full!.some((name) => table2!.includes(name)), "another size is another run");
});
