/** What is evaluated: plans as JSON, and cases out of datasets. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createRng, InputError, OptionsError } from "../../core/mod.ts";
import { detectClouds } from "../../clouds/mod.ts";
import { syntheticScene } from "../../synthetic/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import {
  type LateCase,
  openCases,
  parseEvaluationPlan,
  readEvaluationPlan,
  withRestored,
} from "../../evaluation/mod.ts";
import { openDataset } from "../../datasets/mod.ts";
import { emrdm } from "../cli/run.ts";
import { inFolder } from "../restoration/tiny.ts";
import { RUN_SLOW } from "../slow.ts";

const FOLDER = { type: "folder", root: "data/test" } as const;

Deno.test("parseEvaluationPlan() takes sets, an experiment or a dataset", () => {
  const one = { sets: [{ name: "x", data: FOLDER }] };
  assertEquals(parseEvaluationPlan(FOLDER, { name: "x" }), one);
  const train = { type: "folder", root: "data/train" };
  assertEquals(
    parseEvaluationPlan({ model: {}, data: { train, validation: train, test: FOLDER } }, {
      name: "x",
    }),
    one,
  );
  assertEquals(parseEvaluationPlan({ data: { train, validation: FOLDER } }, { name: "x" }), one);
  const full = {
    profile: "sen12MsCr",
    reflectanceScale: 1,
    sets: [{ name: "a", data: FOLDER, limit: 3, tileSize: 64, length: 2, seed: 0 }],
  };
  assertEquals(
    parseEvaluationPlan(full),
    full as unknown as ReturnType<typeof parseEvaluationPlan>,
  );
});

Deno.test("parseEvaluationPlan() says where something is wrong", () => {
  const fails = (json: unknown, path: string, message: string) => {
    const error = assertThrows(() => parseEvaluationPlan(json), OptionsError, message);
    assertEquals((error as OptionsError).path, path);
  };
  fails({ sets: [] }, "$.sets", "at least 1");
  fails(
    { sets: [{ name: "a", data: { type: "folders" } }] },
    "$.sets[0].data.type",
    "not a known dataset",
  );
  fails({ sets: [{ name: "a", data: FOLDER, sample: 3 }] }, "$.sets[0].sample", "known");
  fails(
    { sets: [{ name: "a", data: FOLDER }, { name: "a", data: FOLDER }] },
    "$.sets",
    "got a twice",
  );
  fails({ data: { train: FOLDER } }, "$.data.test", "required");
  fails({ sets: [{ name: "a", data: FOLDER }], profile: "best" }, "$.profile", "standard");
});

Deno.test("openCases() draws the dataset's own samples, with the masks of their clouds", async () => {
  await inFolder(async (root) => {
    const bands = ["B02", "B03", "B04"];
    const scene = syntheticScene(createRng(1), { width: 40, height: 40 });
    const pick = bands.map((band) => scene.bands.indexOf(band));
    for (const [b, band] of bands.entries()) {
      await Deno.mkdir(`${root}/here/20200102`, { recursive: true });
      const data = Uint16Array.from({ length: 1600 }, (_, i) => scene.data[i * 13 + pick[b]!]!);
      await writeCog(`${root}/here/20200102/${band}.tif`, { ...scene, bands: [band], data });
    }
    const config = { type: "synthetic", root } as const;
    const given = { set: "s", tileSize: 24, length: 2, limit: 3, seed: 5, bands };
    const source = await openCases(config, given);
    assertEquals([source.size, source.bands, source.cases.map(({ name }) => name)], [3, bands, [
      "sample 0",
      "sample 1",
      "sample 2",
    ]]);
    const dataset = await openDataset(config, { tileSize: 24, length: 2, bands });
    assertEquals(source.facts["digest"], dataset.digest);
    const sample = await dataset.sample(1, createRng(5));
    const { target, cloudy, masks, reference, maskSource } = await source.cases[1]!.open();
    assertEquals([...target.data], [...sample.target]);
    assertEquals(cloudy!.flatMap(({ data }) => [...data]), [...sample.cloudy]);
    assertEquals(masks!.flatMap((mask) => [...mask!]), [...sample.mask!]);
    assertEquals([reference, maskSource], [sample.reference, "exact"]);
    const other = await openCases(config, { ...given, seed: 6 });
    assert((await other.cases[1]!.open()).target.data.some((v, i) => v !== target.data[i]));
  });
});

Deno.test("withRestored() finds images by set and name, and says where it looked", async () => {
  await inFolder(async (folder) => {
    const raster = syntheticScene(createRng(1), { width: 16, height: 16 });
    await writeCog(`${folder}/b.tif`, raster);
    await Deno.mkdir(`${folder}/s`);
    await writeCog(`${folder}/s/a.tif`, raster);
    const cases = ["a", "b", "c"].map((name): LateCase => ({
      name,
      set: "s",
      open: () => Promise.resolve({ name, set: "s", target: raster }),
    }));
    const [a, b, c] = withRestored(cases, { folder, method: "theirs" });
    for (const each of [a, b]) {
      assertEquals((await each!.open()).restored!["theirs"]!.data, raster.data);
    }
    await assertRejects(() => c!.open(), InputError, `theirs for c: one of ${folder}/s/c.tif`);
  });
});

const ROOT = new URL("../../", import.meta.url).pathname;
const SERIES = `${ROOT}experiments/evaluate/sen12mscr_ts.csv`;
const present = await Deno.stat(`${ROOT}../shared/data/sen12mscr_ts`).then(() => true, () => false);

Deno.test("the JSON of docs/evaluate.md is a plan, and its commands exist with their flags", async () => {
  const text = await Deno.readTextFile(`${ROOT}docs/evaluate.md`);
  const plans = [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)];
  for (const [, block] of plans) parseEvaluationPlan(JSON.parse(block!));
  const calls = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .flatMap(([, block]) => block!.replaceAll("\\\n", " ").trim().split("\n"))
    .map((line) => line.replace("deno task ", "").split(/\s+/));
  assertEquals([plans.length, calls.length], [1, 8]);
  for (const call of calls) {
    const { code, err } = await emrdm(...call, "--help");
    assertEquals([call[0], code, err], ["evaluate", 0, ""], call.join(" "));
  }
});

Deno.test("the shipped plans are whole", async () => {
  for (const name of ["shared", "validation"]) {
    const { sets } = await readEvaluationPlan(`${ROOT}experiments/evaluate/${name}.json`);
    assert(sets.length > 0);
  }
  for (const { name } of Deno.readDirSync(`${ROOT}experiments/published`)) {
    const { sets: [set] } = await readEvaluationPlan(`${ROOT}experiments/published/${name}`);
    assertEquals((set!.data as { readonly split?: string }).split, "test", name);
  }
});

Deno.test({
  name: "the truths of the real series are clear, of the dates at hand, and no part of the input",
  ignore: !RUN_SLOW || !present,
  fn: async () => {
    const { cases } = await openCases({ type: "index", file: SERIES }, { set: "series" });
    assertEquals(cases.length, 6);
    for (const each of cases) {
      const { target, cloudy, reference, dates, name } = await each.open();
      assertEquals(dates![reference!], name);
      const share = (classes: Uint8Array) =>
        classes.filter((value) => value !== 0).length / classes.length;
      assertEquals(share(detectClouds(target)), 0, name);
      // Cirrus that the detector lets pass: B10 of clear air is below 20 DN here.
      const b10 = target.bands.indexOf("B10");
      const thin = Array.from(target.data).filter((_, i) => i % 13 === b10);
      assert(thin.reduce((a, b) => a + b, 0) / thin.length < 30, name);
      assert(share(detectClouds(cloudy![reference!]!)) > 0.05, name);
      assert(cloudy!.every(({ data }) => data.some((v, i) => v !== target.data[i])));
    }
  },
});
