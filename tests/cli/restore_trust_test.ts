/** `restore --samples` and `--self-check` from the command line. */

import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { saveModel } from "../../checkpoints/mod.ts";
import { readRaster, writeCog } from "../../rasters/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { cloudyDates, tinyModel } from "../restoration/tiny.ts";
import { emrdm, inFolder } from "./run.ts";
import { slowTest } from "../slow.ts";

/** A model, two dates and a mask in a folder, and what a call with them starts with. */
async function scene(folder: string): Promise<readonly string[]> {
  await useEngine("cpu");
  const model = tinyModel();
  await saveModel(model, `${folder}/tiny.safetensors`);
  tf.dispose({ ...model.weights.params, ...model.weights.buffers });
  const size = { width: 40, height: 36 };
  for (const [l, raster] of cloudyDates(size, 2).entries()) {
    await writeCog(`${folder}/s_2020-0${l + 1}-01.tif`, raster);
  }
  const data = Uint8Array.from({ length: 40 * 36 }, (_, i) => i % 40 < 12 ? 1 : 0);
  await writeCog(`${folder}/mask.tif`, { ...size, bands: ["mask"], dtype: "uint8", data });
  return [
    ...["restore", "--model", `${folder}/tiny.safetensors`, "--engine", "cpu"],
    ...[`${folder}/s_2020-01-01.tif`, `${folder}/s_2020-02-01.tif`],
    ...["--mask", `${folder}/mask.tif`, "--dilate", "2", "--feather", "1"],
  ];
}

function names(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

slowTest(
  "restore --samples --self-check writes standard deviations and the expected error",
  () =>
    inFolder(async (folder) => {
      const call = await scene(folder);
      const out = `${folder}/out.tif`;
      const flags = ["--samples", "3", "--self-check", "--out", out];
      const { code, out: printed, err } = await emrdm(...call, ...flags, "--json");
      assertEquals(code, 0, err);
      const result = JSON.parse(printed);
      assertEquals(result.uncertainty, `${folder}/out.uncertainty.tif`);
      assertEquals(result.tags.EMRDM_SAMPLES, "3");
      const { restored } = result.selfCheck.scores;
      assertEquals(result.tags.EMRDM_EXPECTED_MAE, String(Number(restored.mae.toPrecision(4))));
      const [image, spread] = [await readRaster(out), await readRaster(result.uncertainty)];
      assertEquals([spread.width, spread.bands], [image.width, image.bands]);
      // In the middle of the cloud, and far from it.
      assert(spread.data[4]! > 0);
      assertEquals(spread.data[39 * 4], 0);

      // Nothing is replaced unasked.
      await Deno.remove(out);
      await Deno.remove(`${folder}/out.provenance.tif`);
      const again = await emrdm(...call, ...flags);
      assertEquals(again.code, 4);
      assertStringIncludes(again.err, "out.uncertainty.tif");
      assertEquals(await Deno.stat(out).then(() => true, () => false), false);
      const replaced = await emrdm(...call, ...flags, "--overwrite");
      assertEquals(replaced.code, 0, replaced.err);
      assertStringIncludes(
        replaced.out,
        "standard deviation of 3 ensemble members, calibration: none",
      );
      assertMatch(replaced.out, /self-check: \d+ clear pixels hidden under 4 synthetic clouds/);
      assertMatch(replaced.out, /\ncopy the input +\d/);
      assertEquals((await readRaster(result.uncertainty)).data, spread.data);
    }),
);

Deno.test("restore --self-check without --out only checks", () =>
  inFolder(async (folder) => {
    const call = await scene(folder);
    const before = names(folder);
    const { code, out, err } = await emrdm(...call, "--self-check", "--json");
    assertEquals(code, 0, err);
    const check = JSON.parse(out);
    assertEquals(check.runs.length, 4);
    assertEquals(check.unit, "reflectance");
    assert(check.scores.restored.rmse > 0 && check.scores.median.rmse > 0);
    const wrong = await emrdm(...call, "--self-check", "--png", `${folder}/a.png`);
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.err, "--png requires --out");
    assertEquals(names(folder), before);
  }));

Deno.test("restore --dry-run estimates samples and self-check and writes nothing", () =>
  inFolder(async (folder) => {
    const call = await scene(folder);
    const before = names(folder);
    const flags = ["--samples", "4", "--self-check", "--dry-run", "--out", `${folder}/out.tif`];
    const { code, out, err } = await emrdm(...call, ...flags, "--json");
    assertEquals(code, 0, err);
    const { files, evaluations, tiles, seconds } = JSON.parse(out);
    assertEquals(
      files,
      ["out.tif", "out.provenance.tif", "out.uncertainty.tif", "out.item.json"].map((name) =>
        `${folder}/${name}`
      ),
    );
    assertEquals(evaluations, tiles.restored * 2 * 4);
    assert(seconds.check > 0);
    const text = await emrdm(...call, ...flags);
    assertMatch(text.out, /, plus up to (?:\d+ s|under 1 s|\d+ min) for the self-check/);
    assertEquals(names(folder), before);
    const few = await emrdm(...call, "--samples", "1", "--out", `${folder}/out.tif`);
    assertEquals(few.code, 2);
    assertStringIncludes(few.err, "--samples");
  }));

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

slowTest("Ctrl-C in a self-check or an ensemble leaves no file", () =>
  inFolder(async (folder) => {
    const call = await scene(folder);
    const temporary = `${folder}/temporary`;
    await Deno.mkdir(temporary);
    const before = names(folder);
    for (const flags of [["--self-check"], ["--samples", "3"]]) {
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-A", "--no-check", CLI, ...call, ...flags, "--out", `${folder}/out.tif`],
          // That many steps take minutes.
          ...["--steps", "2000"],
        ],
        stdout: "null",
        stderr: "piped",
        env: { TMPDIR: temporary },
      }).spawn();
      const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
      let said = "";
      // The radiometry is reported before the work begins.
      while (!said.includes("radiometry")) {
        const { value, done } = await reader.read();
        if (done) break;
        said += value;
      }
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const asked = performance.now();
      child.kill("SIGINT");
      for (let end = false; !end;) {
        const { value = "", done } = await reader.read();
        said += value;
        end = done;
      }
      const { code } = await child.status;
      assertEquals(code, 130, said);
      assertLess(performance.now() - asked, 4000);
      assertStringIncludes(said, "interrupted; nothing was written");
      assertEquals(names(folder), before);
      assertEquals(names(temporary), []);
    }
  }));

slowTest(
  "restore --self-check --choose writes the better one, the model or the composite, and says why",
  () =>
    inFolder(async (folder) => {
      const call = await scene(folder);
      const out = `${folder}/out.tif`;
      const alone = await emrdm(...call, "--choose", "--out", out);
      assertEquals(alone.code, 2);
      assertStringIncludes(alone.err, "--choose requires --self-check");
      const flags = ["--self-check", "--choose", "--samples", "2", "--json"];
      const { code, out: printed, err } = await emrdm(...call, ...flags, "--out", out);
      assertEquals(code, 0, err);
      const { choice, selfCheck, tags, report } = JSON.parse(printed);
      assertEquals(choice.method, selfCheck.better);
      assertEquals(tags.EMRDM_CHOSEN, `${choice.method}: ${choice.reason}`);
      // The model has random weights.
      assertEquals(choice.method, "composite");
      assertEquals([report.tiles.restored, tags.EMRDM_SAMPLES], [0, undefined]);
      assertMatch(err, /takes the composite of the dates rather than tiny: .* against .* dB/);
      assertEquals(names(folder).filter((name) => name.startsWith("out")), [
        "out.item.json",
        "out.provenance.tif",
        "out.provenance.tif.aux.xml",
        "out.tif",
        "out.uncertainty.tif",
      ]);
      const window = ["--window", "4,4,20,16", "--out", `${folder}/part.tif`];
      const part = await emrdm(...call, ...flags, ...window);
      assertEquals(JSON.parse(part.out).choice, choice);
    }),
);
