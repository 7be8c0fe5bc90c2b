import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { saveModel } from "../../checkpoints/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { emrdm, inFolder } from "../cli/run.ts";
import { cloudyDates, tinyModel } from "../restoration/tiny.ts";

Deno.test("emrdm report writes one file, summarises it, and replaces nothing", () =>
  inFolder(async (folder) => {
    await useEngine("cpu");
    const model = `${folder}/tiny.safetensors`;
    await saveModel(tinyModel(), model);
    const paths: string[] = [];
    for (const [l, frame] of cloudyDates({ width: 32, height: 24 }).entries()) {
      paths.push(`${folder}/s_2018-0${l + 1}-07.tif`);
      await writeCog(paths[l]!, frame);
    }
    const [a, b, truth] = paths as [string, string, string];
    const out = `${folder}/report.html`;
    const call = ["report", a, b, "--model", model, "--out", out, "--engine", "cpu"];
    const { code, out: printed, err } = await emrdm(
      ...call,
      ...["--truth", truth, "--keep-clear", "--reference", "2018-01-07", "--json"],
    );
    assertEquals(code, 0, err);
    const summary = JSON.parse(printed);
    assertEquals([summary.output, summary.reference, summary.model], [out, 0, "tiny"]);
    assertEquals(Object.keys(summary.scores[0].scores)[0], "tiny");
    const page = await Deno.readTextFile(out);
    assertEquals(new TextEncoder().encode(page).length, summary.bytes);
    assertStringIncludes(page, "--reference 2018-01-07");
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 5);

    const again = await emrdm(...call);
    assertEquals(again.code, 4);
    assertStringIncludes(again.err, "--overwrite");
    const none = await emrdm("report", `${folder}/none.tif`, "--model", model, "--out", `${out}2`);
    assertEquals(none.code, 3);
    assert(!await Deno.stat(`${out}2`).then(() => true, () => false));
    assertEquals((await emrdm("report", "--out", out)).code, 2);
    assertEquals((await emrdm("report", a)).code, 2);
    const itself = await emrdm("report", a, "--model", model, "--out", a, "--overwrite");
    assertEquals(itself.code, 4);
  }));
