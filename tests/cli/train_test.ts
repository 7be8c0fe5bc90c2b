import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readRaster } from "../../rasters/mod.ts";
import { SENTINEL2_NAMES } from "../../core/mod.ts";
import { emrdm, inFolder } from "./run.ts";

/** A network of two tiny levels on 13 bands, trained on a folder that `synth` made. */
function experiment(folder: string): string {
  const data = { type: "folder", root: `${folder}/data` };
  const level = { width: 16, depth: 1, dFf: 16, attention: "global", dHead: 16 };
  return JSON.stringify({
    model: {
      name: "tiny",
      bands: SENTINEL2_NAMES.map((name) => ({ name })),
      scaling: { low: 0, high: 10000 },
      tileSize: 16,
      length: 2,
      steps: 2,
      network: {
        type: "temporalHdit",
        patchSize: [4, 4],
        levels: [level, level],
        mapping: { depth: 1, width: 16, dFf: 16 },
        temporal: { heads: 2, dK: 4, dFf: 16 },
      },
    },
    data: { train: data, validation: data },
    steps: 2,
    validateEvery: 1,
    validationSamples: 1,
    checkpointEvery: 1,
  });
}

const CPU = ["--engine", "cpu"];

Deno.test("train, evaluate and restore work together", async () => {
  await inFolder(async (folder) => {
    await emrdm("synth", "--out", `${folder}/data`, "--size", "24", "--dates", "2");
    const file = `${folder}/tiny.json`;
    await Deno.writeTextFile(file, experiment(folder));

    const run = ["train", file, "--out", `${folder}/run`, ...CPU];
    const trained = await emrdm(...run, "--json");
    assertEquals(trained.code, 0, trained.err);
    assertEquals(trained.err.match(/^step \d: validation loss [\d.]+, PSNR/gm)?.length, 2);
    const again = await emrdm(...run);
    assertEquals(again.code, 4);
    assertStringIncludes(again.err, "resume it (--resume) or choose another folder");
    const resumed = await emrdm(...run, "--resume", "--steps", "3");
    assertStringIncludes(resumed.out, "tiny after 3 steps, last loss");

    const model = ["--model", `${folder}/run/model.safetensors`];
    const best = ["--model", `${folder}/run/checkpoints/best.safetensors`];
    const scored = await emrdm("evaluate", `${folder}/data`, ...best, ...CPU);
    assertEquals(scored.code, 0, scored.err);
    assertStringIncludes(scored.out, "\ntiny ");

    const dates = [0, 1].map((date) => `${folder}/data/cloudy/scene0_${date}.tif`);
    const out = `${folder}/restored.tif`;
    const call = ["restore", ...dates, "--out", out, ...model, "--reference", "0", ...CPU];
    const restored = await emrdm(...call, "--png", `${folder}/restored.png`, "--json");
    assertEquals(restored.code, 0, restored.err);
    assertEquals(JSON.parse(restored.out).reference, 0);
    const [before, after] = [await readRaster(dates[0]!), await readRaster(out)];
    assertEquals([after.transform, after.crs, after.bands, after.dtype, after.nodata], [
      before.transform,
      before.crs,
      before.bands,
      before.dtype,
      before.nodata,
    ]);
    assert((await Deno.stat(`${folder}/restored.png`)).size > 100);
    assertEquals((await emrdm(...call)).code, 4);
    const churned = await emrdm(...call, "--overwrite", "--sampler", '{"type":"euler","sChurn":1}');
    assertEquals(churned.code, 0, churned.err);
    assert((await readRaster(out)).data.join() !== after.data.join());
  });
});

Deno.test("train and restore report what is missing before any work", async () => {
  const wrong = [
    [["train"], "expected one experiment file, got nothing"],
    [["train", "a.json"], "--out"],
    [["restore", "--out", "x.tif"], "expected at least one date"],
    [["restore", "a.tif"], "--out, the GeoTIFF to write, is required"],
    [["restore", "a.tif", "--out", "x.tif", "--overlap", "0.9"], "--overlap must be a number"],
  ] as const;
  for (const [args, message] of wrong) {
    const { code, err } = await emrdm(...args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(err, message);
  }
  const sampler = ["restore", "a.tif", "--out", "x.tif", "--sampler", "nope"];
  assertStringIncludes((await emrdm(...sampler)).err, "(known: euler, heun, dpmpp2m, ");
});
