import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { saveModel } from "../../checkpoints/mod.ts";
import { readRaster, writeCog } from "../../rasters/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { cloudyDates, tinyModel } from "../restoration/tiny.ts";
import { emrdm, inFolder } from "./run.ts";

/** A model and two dates in a folder, and what a call with them starts with. */
async function scene(folder: string): Promise<readonly string[]> {
  await useEngine("cpu");
  const model = tinyModel();
  await saveModel(model, `${folder}/tiny.safetensors`);
  tf.dispose({ ...model.weights.params, ...model.weights.buffers });
  const dates = cloudyDates({ width: 40, height: 36 }, 2);
  for (const [l, raster] of dates.entries()) {
    const transform = [600000, 10, 0, 5000000, 0, -10] as const;
    await writeCog(`${folder}/s_2020-0${l + 1}-01.tif`, { ...raster, transform });
  }
  return ["restore", "--model", `${folder}/tiny.safetensors`, "--engine", "cpu"];
}

Deno.test("restore takes inputs and dates by flag, keeps clear pixels and reports what it did", () =>
  inFolder(async (folder) => {
    const call = await scene(folder);
    const [a, b] = [`${folder}/s_2020-01-01.tif`, `${folder}/s_2020-02-01.tif`];
    const out = `${folder}/out.tif`;
    const dated = ["--input", a, "--input", b, "--date", "2020-03-01", "--date", "2020-02-01"];
    const { code, out: printed, err } = await emrdm(
      ...[...call, ...dated, "--out", out, "--keep-clear", "--dilate", "2", "--feather", "1"],
      "--json",
    );
    assertEquals(code, 0, err);
    const result = JSON.parse(printed);
    assertEquals([result.dates, result.reference], [["2020-02-01", "2020-03-01"], 1]);
    assertEquals(result.tags.EMRDM_MASK, "detector dilate 2 feather 1");
    assertMatch(result.tags.EMRDM_MODEL_SHA256, /^[0-9a-f]{64}$/);
    const [restored, origins, observed] = await Promise.all(
      [out, `${folder}/out.provenance.tif`, a].map((path) => readRaster(path)),
    );
    const depth = observed!.bands.length;
    let kept = 0;
    for (const [i, origin] of origins!.data.entries()) {
      if (origin !== 1) continue;
      kept++;
      const pixel = (raster: typeof observed) => raster!.data.subarray(i * depth, (i + 1) * depth);
      assertEquals(pixel(restored), pixel(observed));
    }
    assert(kept > 0);
    assertEquals(result.report.pixels.observed, kept);
    assertStringIncludes(err, "radiometry of all dates");
  }));

Deno.test("restore --dry-run estimates tiles, time, memory and disk usage, and writes nothing", () =>
  inFolder(async (folder) => {
    const call = await scene(folder);
    const input = `${folder}/s_2020-01-01.tif`;
    const { code, out, err } = await emrdm(
      ...[...call, input, "--out", `${folder}/out.tif`, "--dry-run", "--json"],
    );
    assertEquals(code, 0, err);
    const { width, height, tiles, evaluations, seconds, memory, bytes, files } = JSON.parse(out);
    assertEquals([width, height, tiles, evaluations], [40, 36, { total: 9, restored: 9 }, 18]);
    assert(seconds.network > 0 && memory > 1e6 && bytes >= 40 * 36 * 4 * 2);
    assert(seconds.range[0] > 0 && seconds.range[0] < seconds.range[1]);
    assertEquals(files, [`${folder}/out.tif`, `${folder}/out.item.json`]);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(names, ["s_2020-01-01.tif", "s_2020-02-01.tif", "tiny.safetensors"]);
    const masked = await emrdm(
      ...[...call, input, "--out", `${folder}/out.tif`, "--dry-run", "--keep-clear"],
    );
    assertMatch(masked.out, /^40×36 pixels, \d of 9 tiles/);
    assertMatch(masked.out, /^time +(?:under 1|\d+(?:–\d+)?) s \(network .* s, files .* s\)$/m);
  }));

Deno.test("restore --window and --shard write the same pixels and position as the whole scene", () =>
  inFolder(async (folder) => {
    const call = [...await scene(folder), `${folder}/s_2020-01-01.tif`];
    const run = async (name: string, ...flags: string[]) => {
      const out = `${folder}/${name}.tif`;
      const { code, err } = await emrdm(...call, "--out", out, ...flags);
      assertEquals(code, 0, err);
      return await readRaster(out);
    };
    const whole = await run("whole");
    const window = await run("window", "--window", "10,5,20,8");
    const box = await run("box", "--bbox", "600100,4999870,600300,4999950");
    assertEquals(window.transform, [600100, 10, 0, 4999950, 0, -10]);
    assertEquals([box.transform, box.data], [window.transform, window.data]);
    const depth = whole.bands.length;
    const shards = [await run("one", "--shard", "1/2"), await run("two", "--shard", "2/2")];
    assertEquals(shards.map(({ height }) => height), [18, 18]);
    const both = `${folder}/both.tif`;
    const { code, err } = await emrdm(
      ...["join", `${folder}/two.tif`, `${folder}/one.tif`, "--out", both],
    );
    assertEquals(code, 0, err);
    const together = await readRaster(both);
    assertEquals([together.height, together.transform], [36, whole.transform]);
    assertEquals(together.tags?.EMRDM_SEED, "0");
    assertEquals(Array.from(together.data), shards.flatMap(({ data }) => Array.from(data)));
    // The same tiles in batches of other sizes: a DN.
    for (const [i, value] of together.data.entries()) assert(Math.abs(value - whole.data[i]!) <= 1);
    for (let y = 0; y < 8; y++) {
      for (let i = 0; i < 20 * depth; i++) {
        const there = whole.data[((5 + y) * 40 + 10) * depth + i]!;
        assert(Math.abs(window.data[y * 20 * depth + i]! - there) <= 1);
      }
    }
  }));

Deno.test("restore exits with the code of the kind of error", () =>
  inFolder(async (folder) => {
    const call = await scene(folder);
    const input = `${folder}/s_2020-01-01.tif`;
    const out = `${folder}/out.tif`;
    const codes: readonly (readonly [number, string, readonly string[]])[] = [
      [2, "--out, the GeoTIFF to write, is required", [input]],
      [2, "expected at least one date, or --manifest, got nothing", ["--out", out]],
      [2, "--window must be four numbers, got 1,2,3", [input, "--out", out, "--window", "1,2,3"]],
      [2, "i/n", [input, "--out", out, "--shard", "3/2"]],
      [2, "for each of 1 inputs", [
        input,
        "--out",
        out,
        "--date",
        "2020-01-01",
        "--date",
        "2020-01-02",
      ]],
      [2, "inside the scene", [input, "--out", out, "--window", "30,0,20,20"]],
      [2, "auto or a number", [input, "--out", out, "--s2-offset", "much"]],
      [2, `--manifest names all scenes and their outputs; leave out ${input}`, [
        input,
        "--manifest",
        "a.csv",
      ]],
      [2, "leave out --out", ["--manifest", "a.csv", "--out", out]],
      [3, "must exist", [`${folder}/none.tif`, "--out", out]],
      [3, "(SCL)", [input, "--out", out, "--mask", "scl"]],
      [4, "exists", [input, "--out", `${folder}/s_2020-02-01.tif`]],
    ];
    for (const [code, message, flags] of codes) {
      const { code: found, err } = await emrdm(...call, ...flags);
      assertEquals(found, code, `${flags.join(" ")}: ${err}`);
      assertStringIncludes(err, message);
    }
  }));
