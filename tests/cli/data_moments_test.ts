import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { experimentCard, readExperiment } from "../../training/mod.ts";
import { tinyExperiment, writePlaces } from "../studies/tiny_study.ts";
import { emrdm, inFolder } from "./run.ts";

Deno.test("data moments measures each mean, and writes an experiment that can be trained", () =>
  inFolder(async (root) => {
    await writePlaces(root, ["here", "there"]);
    const experiment = `${root}/tiny.json`;
    const out = `${root}/measured.json`;
    await Deno.writeTextFile(experiment, JSON.stringify(tinyExperiment(root)));
    const call = ["data", "moments", experiment, "--engine", "cpu", "--samples", "8"];
    const measured = await emrdm(...call, "--mean", "cloudy,composite", "--write", out, "--json");
    assertEquals(measured.code, 0, measured.err);
    const { moments, file } = JSON.parse(measured.out);
    assertEquals(file, out);
    assertEquals(moments.map(({ mean }: { mean: string }) => mean), ["cloudy", "composite"]);
    const [cloudy, composite] = moments;
    // The truth is one, whatever the mean; clouds vary more than the ground.
    assertAlmostEquals(cloudy.sigmaData, composite.sigmaData, 1e-9);
    assert(cloudy.sigmaMu > cloudy.sigmaData);
    for (const { sigmaData, sigmaMu, sigmaCov } of moments) {
      assert(Math.abs(sigmaCov) <= sigmaData * sigmaMu);
    }
    const card = experimentCard(await readExperiment(out));
    assertEquals(card.modules.mean?.type, "composite");
    assertEquals(card.condition.order, ["cloudy", "auxiliary", "mean", "evidence"]);
    assertAlmostEquals(card.modules.precond.sigmaMu as number, composite.sigmaMu, 1e-3);
    assertAlmostEquals(card.modules.precond.sigmaCov as number, composite.sigmaCov, 2e-3);
    const again = await emrdm(...call, "--write", out);
    assertEquals(again.code, 4, "an existing file stays");
    const wrong = await emrdm("data", "check", experiment, "--samples", "3");
    assertEquals(wrong.code, 2);
    assert(wrong.err.includes("belong to data moments"), wrong.err);
  }));
