/**
 * A plugin's modules on the command line: its dataset checked, trained on (Workers included) and
 * scored, and a model with its schedule, network and sampler restored with.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { decodePng, readRaster, writeCog } from "../../rasters/mod.ts";
import { readLog } from "../../training/mod.ts";
import { emrdm, inFolder } from "./run.ts";

const PLUGIN = ["--plugin", new URL("../../examples/plugin.ts", import.meta.url).pathname];
const CPU = ["--engine", "cpu"];

async function makePairs(root: string): Promise<void> {
  await Deno.mkdir(root);
  for (const [i, name] of ["a_clear", "a_cloudy", "b_clear", "b_cloudy"].entries()) {
    const data = Uint16Array.from(createRng(i).uniforms(2 * 16 * 16), (u) => 500 + 2000 * u);
    const raster = { width: 16, height: 16, bands: ["B04", "B08"], dtype: "uint16", data } as const;
    await writeCog(`${root}/${name}.tif`, raster);
  }
}

/** An experiment whose data, schedule, network and sampler are the plugin's. */
function experiment(root: string): string {
  const data = { type: "pairs", root };
  return JSON.stringify({
    model: {
      name: "tiny",
      bands: [{ name: "B04", unit: "DN" }, { name: "B08", unit: "DN" }],
      scaling: { low: 0, high: 10000 },
      tileSize: 8,
      steps: 2,
      network: { type: "pointwise", width: 8 },
      schedule: { type: "variancePreserving" },
      sampler: { type: "multistep" },
    },
    data: { train: data, validation: data },
    steps: 2,
    validationSamples: 1,
    keepBest: "psnr",
  });
}

Deno.test("data check reads a plugin's dataset and makes flags of its options", () =>
  inFolder(async (folder) => {
    const root = `${folder}/pairs`;
    await makePairs(root);
    const sheet = `${folder}/sheet.png`;
    const call = ["data", "check", "--type", "pairs", "--root", root, ...PLUGIN];
    const sound = await emrdm(...call, "--augment", "false", "--sheet", sheet);
    assertEquals([sound.code, sound.err], [0, ""]);
    assertStringIncludes(sound.out, `pairs ${root}: 4 files read, 0 findings\n  all: 2 samples`);
    assertEquals(decodePng(await Deno.readFile(sheet)).width, 2 * 16 + 4);

    const wrong = await emrdm(...call, "--augment", "maybe");
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.err, '--augment: must be true or false, got "maybe"');
    const help = await emrdm("data", "--help", ...PLUGIN);
    assertStringIncludes(help.out, "  pairs       --root --augment\n");
    assert(!(await emrdm("data", "--help")).out.includes("pairs"));
    const without = await emrdm("data", "check", "--type", "pairs", "--root", root);
    assertEquals(without.code, 2);
    assertStringIncludes(without.err, '--type: "pairs" is not a known dataset');

    await Deno.remove(`${root}/b_cloudy.tif`);
    const missing = await emrdm(...call);
    assertEquals(missing.code, 1);
    assertStringIncludes(missing.out, `missing, 1: `);
    assertStringIncludes(missing.out, `${root}/b_cloudy.tif`);
  }));

Deno.test("train, evaluate and restore use a plugin's modules, and Workers change no number", () =>
  inFolder(async (folder) => {
    const root = `${folder}/pairs`;
    await makePairs(root);
    const file = `${folder}/tiny.json`;
    await Deno.writeTextFile(file, experiment(root));
    const losses: (readonly number[])[] = [];
    for (const workers of ["0", "2"]) {
      const out = `${folder}/run${workers}`;
      const call = ["train", file, "--out", out, "--workers", workers, ...PLUGIN, ...CPU];
      const { code, err } = await emrdm(...call);
      assertEquals(code, 0, err);
      const lines = await readLog(`${out}/log.jsonl`);
      losses.push(lines.flatMap((line) => "loss" in line ? [line.loss as number] : []));
    }
    assertEquals(losses[0]!.length, 2);
    assertEquals(losses[1], losses[0]);

    const model = ["--model", `${folder}/run0/model.safetensors`];
    const plan = `${folder}/plan.json`;
    await Deno.writeTextFile(plan, JSON.stringify({ type: "pairs", root }));
    const scored = await emrdm("evaluate", plan, ...model, ...PLUGIN, ...CPU, "--json");
    assertEquals(scored.code, 0, scored.err);
    const { cases } = JSON.parse(scored.out);
    assertEquals(cases.map(({ name }: { name: string }) => name), ["a", "b"]);
    const alone = await emrdm("evaluate", plan, ...CPU);
    assert(alone.code !== 0);
    assertStringIncludes(alone.err, '$.type: "pairs" is not a known dataset');
    const untrained = await emrdm("train", file, "--out", `${folder}/none`, ...CPU);
    assert(untrained.code !== 0);
    assertStringIncludes(untrained.err, '$.data.train.type: "pairs" is not a known dataset');

    const scene = [
      "restore",
      `${root}/a_cloudy.tif`,
      "--out",
      `${folder}/out.tif`,
      ...model,
      ...CPU,
    ];
    const restored = await emrdm(...scene, ...PLUGIN);
    assertEquals(restored.code, 0, restored.err);
    assertEquals((await readRaster(`${folder}/out.tif`)).bands.length, 2);
    const forgotten = await emrdm(...scene, "--overwrite");
    assertEquals(forgotten.code, 3);
    assertStringIncludes(forgotten.err, '"variancePreserving" is not a known schedule');
    assertStringIncludes(forgotten.err, "name the plugin with --plugin");
  }));
