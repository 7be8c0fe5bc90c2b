/** `emrdm data prepare`, and `data moments` of a model that runs on the residual. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { openDataset } from "../../datasets/mod.ts";
import { experimentCard, readExperiment } from "../../training/mod.ts";
import { tinyExperiment, writePlaces } from "../studies/tiny_study.ts";
import { emrdm, inFolder } from "./run.ts";

/** An experiment on the residual of a composite, with prepared samples for validation. */
async function writeExperiment(root: string): Promise<string> {
  await writePlaces(root, ["here", "there"]);
  const { model, data, ...rest } = tinyExperiment(root) as {
    readonly model: Record<string, unknown>;
    readonly data: { readonly train: object };
  };
  const { auxiliaryBands: _, ...train } = data.train as { readonly auxiliaryBands: unknown };
  const path = `${root}/residual.json`;
  await Deno.writeTextFile(
    path,
    JSON.stringify({
      ...rest,
      model: {
        ...model,
        condition: { order: ["cloudy", "mean", "misfit", "evidence"] },
        mean: { type: "composite", grow: 0 },
        residual: {},
        precond: { type: "meanReverting", sigmaData: 1, sigmaMu: 0, sigmaCov: 0 },
        network: { type: "convolutional", levels: [{ width: 8, depth: 1 }] },
      },
      data: { train },
    }),
  );
  return path;
}

Deno.test("data prepare writes samples that an experiment can be trained on", () =>
  inFolder(async (root) => {
    const experiment = await writeExperiment(root);
    const out = `${root}/samples`;
    const call = ["data", "prepare", experiment, "--side", "20", "--out", out];
    const made = await emrdm(...call, "--samples", "2", "--json");
    assertEquals([made.code, JSON.parse(made.out)], [0, { folder: out, samples: 2 }], made.err);
    const more = await emrdm(...call, "--samples", "3");
    assertEquals([more.code, more.out], [0, `wrote 3 samples to ${out}`], more.err);
    const model = { tileSize: 16, length: 2, bands: ["B04"] };
    const dataset = await openDataset({ type: "prepared", root: out }, model);
    assertEquals(dataset.size, 3);
    const { mean, cloudy } = await dataset.sample(2, createRng(1));
    assertEquals([mean!.image.length, cloudy.length], [16 * 16, 16 * 16]);

    const checked = await emrdm("data", "check", "--type", "prepared", "--root", out);
    assertEquals(checked.code, 0, checked.err);
    assertStringIncludes(checked.out, "note: 3 samples, with their means");

    const trained = `${root}/trained.json`;
    const data = { type: "prepared", root: out };
    await Deno.writeTextFile(
      trained,
      JSON.stringify({ extends: "residual.json", data: { train: data } }),
    );
    const run = await emrdm("train", trained, "--out", `${root}/run`, "--engine", "cpu");
    assertEquals(run.code, 0, run.err);

    await Deno.truncate(`${out}/samples-0000.bin`, 100);
    const damaged = await emrdm("data", "check", "--type", "prepared", "--root", out);
    assertEquals(damaged.code, 1);
    assertStringIncludes(damaged.out, `truncated, 1: it is truncated\n  ${out}/samples-0000.bin: `);
  }));

Deno.test("data prepare names what it needs, and refuses a folder of other samples", () =>
  inFolder(async (root) => {
    const experiment = await writeExperiment(root);
    const out = `${root}/samples`;
    const fails = async (code: number, message: string, ...args: readonly string[]) => {
      const result = await emrdm("data", "prepare", ...args);
      assertEquals(result.code, code, result.err);
      assertStringIncludes(result.err, message);
    };
    await fails(2, "needs an experiment file and --out", experiment);
    await fails(2, "needs an experiment file and --out", "--out", out);
    const call = [experiment, "--out", out, "--samples", "1"];
    await fails(2, "validation data, got composite and none", ...call, "--of", "validation");
    const plain = `${root}/plain.json`;
    await Deno.writeTextFile(plain, JSON.stringify(tinyExperiment(root)));
    await fails(2, "must have a mean of all dates and train data, got cloudy", plain, "--out", out);
    assertEquals((await emrdm("data", "prepare", ...call, "--side", "16")).code, 0);
    await fails(3, `Cannot write samples to ${out}`, ...call, "--side", "20");
  }));

Deno.test("data moments of a residual has σ_mu = 0 and no correlation, and keeps the misfit", () =>
  inFolder(async (root) => {
    const experiment = await writeExperiment(root);
    const call = ["data", "moments", experiment, "--engine", "cpu", "--samples", "3"];
    const shown = await emrdm(...call);
    assertEquals(shown.code, 0, shown.err);
    const cells = shown.out.split("\n").at(-1)!.trim().split(/\s+/);
    assertEquals([cells[0], ...cells.slice(2)], ["composite", "0.000", "0.000", "–", "3"]);
    assert(Number(cells[1]) > 0);
    const out = `${root}/measured.json`;
    const { code, out: json, err } = await emrdm(...call, "--write", out, "--json");
    assertEquals(code, 0, err);
    const { moments: [moments] } = JSON.parse(json);
    assertEquals([moments.sigmaMu, moments.sigmaCov], [0, 0]);
    const card = experimentCard(await readExperiment(out));
    assertEquals(card.condition.order, ["cloudy", "mean", "misfit", "evidence"]);
    assertEquals([card.modules.precond.sigmaMu, card.modules.precond.sigmaCov], [0, 0]);
    assert(card.residual !== undefined);
  }));
