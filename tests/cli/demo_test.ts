import { assert, assertEquals } from "@std/assert";
import { saveModel } from "../../checkpoints/mod.ts";
import { DEFAULT_MODEL } from "../../cli/default_model.ts";
import { readRaster } from "../../rasters/mod.ts";
import { SENTINEL2_NAMES } from "../../core/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { createModel } from "../../model/mod.ts";
import { BASELINES } from "../../restoration/mod.ts";
import { emrdm, inFolder } from "./run.ts";

/** A file of a model with fresh weights, whose network gives zero. */
async function freshModel(path: string): Promise<void> {
  await useEngine("cpu");
  const level = { width: 16, depth: 1, dFf: 16, attention: "global", dHead: 16 };
  const model = createModel({
    name: "fresh",
    bands: SENTINEL2_NAMES.map((name) => ({ name, unit: "DN" })),
    scaling: { low: 0, high: 10000, clip: true },
    tileSize: 16,
    length: 3,
    steps: 1,
    network: {
      type: "temporalHdit",
      patchSize: [4, 4],
      levels: [level, level],
      mapping: { depth: 1, width: 16, dFf: 16 },
      temporal: { heads: 2, dK: 4, dFf: 16 },
    },
  });
  await saveModel(model, path);
  tf.dispose({ ...model.weights.params, ...model.weights.buffers });
}

Deno.test("demo makes, clouds, restores and scores a scene", async () => {
  await inFolder(async (folder) => {
    await freshModel(`${folder}/fresh.safetensors`);
    const call = ["demo", "--model", `${folder}/fresh.safetensors`, "--size", "32"];
    const out = `${folder}/demo`;
    const { code, out: printed, err } = await emrdm(
      ...[...call, "--out", out, "--engine", "cpu", "--json"],
    );
    assertEquals(code, 0, err);
    const { scores, output, picture } = JSON.parse(printed);
    assertEquals(Object.keys(scores), [...BASELINES.map(({ name }) => name), "fresh"]);
    for (const { psnr, ssim, mae, sam } of Object.values<Record<string, number>>(scores)) {
      for (const value of [psnr, ssim, mae, sam]) assert(Number.isFinite(value));
    }
    const restored = await readRaster(output);
    assertEquals([restored.width, restored.bands.length, restored.dtype], [32, 13, "uint16"]);
    assertEquals(restored.tags?.EMRDM_REFERENCE, "2026-07-05");
    assert((await Deno.stat(picture)).size > 100);
  });
});

Deno.test({
  name: "demo restores with the model that ships better than by copying or averaging",
  ignore: !await Deno.stat(DEFAULT_MODEL).then(() => true, () => false),
  async fn() {
    await inFolder(async (folder) => {
      const { code, out, err } = await emrdm(
        ...["demo", "--out", folder, "--size", "128", "--engine", "wasm", "--json"],
      );
      assertEquals(code, 0, err);
      const { "copy the input": copy, mean, median, clearest: _, ...rest } = JSON.parse(out).scores;
      const ours = Object.values<{ psnr: number }>(rest).at(-1)!;
      for (const baseline of [copy, mean, median]) assert(ours.psnr > baseline.psnr, out);
    });
  },
});
