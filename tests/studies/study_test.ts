import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InputError, OptionsError } from "../../core/mod.ts";
import {
  applyPreset,
  findStudies,
  groupsOf,
  isStudy,
  parseStudy,
  planStudy,
  type Preset,
} from "../../studies/mod.ts";
import { pathsOf } from "../../datasets/mod.ts";
import { inFolder } from "../cli/run.ts";
import { tinyExperiment } from "./tiny_study.ts";

const BASE = "file:///a/studies/";
const ROW = { name: "a", experiment: "../a.json" };
const AXIS = { path: "model.steps", symbol: "N", values: [1, 2] };
const SWEEP = { name: "s", title: "S", experiment: "x.json", over: [AXIS] };

Deno.test("parseStudy() completes a study and finds experiments beside it", () => {
  const study = parseStudy({ title: "T", rows: [ROW] }, BASE);
  assertEquals(study.rows[0]!.experiment, "file:///a/a.json");
  assertEquals(study.metrics, ["psnr", "ssim", "mae", "sam"]);
  assertEquals([study.sweeps, study.claims, study.evaluation], [[], [], {}]);
});

Deno.test("parseStudy() names the path of what is wrong", () => {
  const claim = { metric: "psnr", from: "a", to: "a", change: "rises", source: "s" };
  const cases: readonly (readonly [object, string])[] = [
    [{}, "$.rows: must have a row"],
    [{ rows: [{ name: "a" }] }, "$.rows[0].experiment: is required"],
    [
      { rows: [ROW, { name: "b", experiment: "http://[" }] },
      '$.rows[1].experiment: must be a path or an address, got "http://["',
    ],
    [{ rows: [ROW, ROW] }, '"a" must be named once'],
    [{ rows: [ROW], metrics: ["fid"] }, "$.metrics[0]: must be one of psnr"],
    [{ rows: [ROW], claims: [{ ...claim, to: "b" }] }, "$.claims[0].to: must be a row (a)"],
    [{ rows: [{ ...ROW, paper: { psnr: 1 } }] }, "$.rows[0].paper.source: is required"],
    [{ sweeps: [{ ...SWEEP, over: [] }] }, "$.sweeps[0].over: must be a list of 1 to 2"],
    [
      { sweeps: [{ ...SWEEP, paper: [{ at: [3], source: "s" }] }] },
      "$.sweeps[0].paper[0].at: must hold one value of each axis",
    ],
  ];
  for (const [json, message] of cases) {
    assertThrows(() => parseStudy({ title: "T", ...json }, BASE), OptionsError, message);
  }
});

Deno.test("findStudies() refuses malformed addresses, and reads names with # and %", () =>
  inFolder(async (folder) => {
    for (const name of ["http://[", "file://%", "https://"]) {
      await assertRejects(() => findStudies([name]), InputError, `Cannot read ${name}: it must be`);
    }
    const path = `${folder}/a#b%zz.json`;
    await Deno.writeTextFile(path, JSON.stringify({ title: "T", rows: [ROW] }));
    assertEquals((await findStudies([path]))[0]!.name, "a#b%zz");
    await assertRejects(() => findStudies([`${folder}/a\0b`]), InputError, "Cannot find");
  }));

Deno.test("isStudy() distinguishes a study from an experiment", () => {
  assertEquals([{ rows: [] }, { sweeps: [] }, { model: {} }, 3, null].map(isStudy), [
    ...[true, true, false, false, false],
  ]);
});

Deno.test("groupsOf() expands sweeps and assigns the paper's values", () => {
  const paper = [{ at: [2], psnr: 20, source: "Table 3" }];
  const [rows, sweep] = groupsOf(
    parseStudy({ title: "T", rows: [ROW], sweeps: [{ ...SWEEP, paper }] }, BASE),
  );
  assertEquals([rows!.name, rows!.rows[0]!.name], ["", "a"]);
  assertEquals(sweep!.rows.map(({ name, set, paper }) => [name, set, paper?.psnr]), [
    ["N = 1", { "model.steps": 1 }, undefined],
    ["N = 2", { "model.steps": 2 }, 20],
  ]);
});

Deno.test("groupsOf() leaves out crossing bounds, and writes 1e8 as ∞", () => {
  const over = [
    { path: "model.sampler.sTmin", symbol: "a", values: [0, 1] },
    { path: "model.sampler.sTmax", symbol: "b", values: [0.5, 1e8] },
  ];
  const [grid] = groupsOf(parseStudy({ title: "T", sweeps: [{ ...SWEEP, over }] }, BASE));
  assertEquals(grid!.rows.map(({ name }) => name), [
    "a = 0, b = 0.5",
    "a = 0, b = ∞",
    "a = 1, b = ∞",
  ]);
});

const PRESET: Preset = {
  description: "P",
  bands: ["B04"],
  experiment: { model: { tileSize: 32 }, steps: 7 },
  networks: { temporalHdit: { patchSize: [8, 8] } },
  evaluation: {},
};

Deno.test("applyPreset() replaces size and data, and keeps the other axes", () => {
  const experiment = tinyExperiment("f") as { model: Record<string, unknown> };
  assertEquals(applyPreset(experiment, PRESET), {
    ...experiment,
    steps: 7,
    model: {
      ...experiment.model,
      tileSize: 32,
      network: { type: "temporalHdit", patchSize: [8, 8] },
    },
  });
});

Deno.test("applyPreset() refuses other bands and networks", () => {
  const experiment = tinyExperiment("f");
  assertThrows(
    () => applyPreset(experiment, { ...PRESET, bands: ["B02"] }),
    OptionsError,
    "$.model.bands: must be B02 for this preset, got B04",
  );
  assertThrows(
    () => applyPreset(experiment, { ...PRESET, networks: { hdit: {} } }),
    OptionsError,
    "$.model.network.type: must be one of the preset's (hdit)",
  );
});

Deno.test("planStudy() separates training options from the row's sampling", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/x.json`, JSON.stringify(tinyExperiment("old")));
    const row = {
      name: "r",
      experiment: "x.json",
      set: { "model.steps": 4, "model.sampler.sChurn": 1, "model.schedule.alpha": 2 },
    };
    const study = parseStudy({ title: "T", rows: [row] }, `file://${folder}/`);
    const [{ rows: [planned] }] = await planStudy(study, { data: "new", set: ["steps=9"] }) as [
      Awaited<ReturnType<typeof planStudy>>[0],
    ];
    const { experiment, card, test } = planned!;
    // The trained model is the experiment's, with what changes training; the card samples.
    assertEquals([experiment.steps, experiment.model.steps, experiment.model.schedule!.alpha], [
      ...[9, 2, 2],
    ]);
    assertEquals(experiment.model.sampler!.sChurn, 0);
    assertEquals([card.steps, card.modules.sampler.sChurn], [4, 1]);
    const roots = [experiment.data.train, test].map((data) => data["root"]);
    assertEquals(roots, ["new", "new"]);
    assertEquals(experiment.data.test, undefined);
  });
});

Deno.test("planStudy() moves an index by its folder", async () => {
  await inFolder(async (folder) => {
    for (const [file, moved] of [["data/a/index.csv", "/big/index.csv"], ["i.csv", "/big/i.csv"]]) {
      const data = { type: "index", file, split: "test" };
      const json = { ...tinyExperiment(""), data: { train: data, validation: data } };
      await Deno.writeTextFile(`${folder}/x.json`, JSON.stringify(json));
      const study = parseStudy(
        { title: "T", rows: [{ name: "r", experiment: "x.json" }] },
        `file://${folder}/`,
      );
      const [group] = await planStudy(study, { data: "/big" });
      assertEquals(group!.rows[0]!.test as object, { ...data, file: moved });
    }
  });
});

Deno.test("planStudy() moves folders inside of a dataset's root with it", async () => {
  await inFolder(async (folder) => {
    const data = { type: "cuhkCr", root: "data/CR1", nirRoot: "data/CR1/nir" };
    const json = { ...tinyExperiment(""), data: { train: data, validation: data } };
    await Deno.writeTextFile(`${folder}/x.json`, JSON.stringify(json));
    const study = parseStudy(
      { title: "T", rows: [{ name: "r", experiment: "x.json" }] },
      `file://${folder}/`,
    );
    const [group] = await planStudy(study, { data: "/big" });
    const { root, nirRoot } = group!.rows[0]!.test as typeof data;
    assertEquals([root, nirRoot], ["/big", "/big/nir"]);
  });
});

Deno.test("planStudy() refuses one folder for datasets that lie in several", async () => {
  const { study } = (await findStudies(["table1"]))[0]!;
  await assertRejects(() => planStudy(study, { data: "/big" }), OptionsError, "data/CUHK-CR1");
  const alone = { ...study, rows: study.rows.slice(0, 1) };
  const [group] = await planStudy(alone, { data: "/big" });
  assertEquals(pathsOf(group!.rows[0]!.experiment.data.train), { root: "/big" });
});
