import { assert, assertEquals } from "@std/assert";
import { decodePng } from "../../rasters/mod.ts";
import {
  makeFolder,
  makePlaces,
  makeSen12MsCr,
  noiseRaster,
  S1,
  sen12Path,
  write,
} from "../datasets/look_alikes.ts";
import { builtins } from "../../builtins.ts";
import { flaggedDataset, optionValue } from "../../cli/dataset_flags.ts";
import { emrdm, inFolder } from "./run.ts";
import { RUN_SLOW } from "../slow.ts";

const REAL = new URL("../../../shared/data/", import.meta.url).pathname;
const hasReal = await Deno.stat(`${REAL}sen12mscr`).then(() => true, () => false);

Deno.test("data check prints counts, values and a sheet of a sound dataset", () =>
  inFolder(async (root) => {
    await makeSen12MsCr(root);
    const call = ["data", "check", "--type", "sen12MsCr", "--root", root];
    const sheet = `${root}/sheet.png`;
    const { code, out, err } = await emrdm(...call, "--sheet", sheet, "--rows", "3");
    assertEquals([code, err], [0, ""]);
    assert(out.includes("18 files read, 0 findings\n  train: 2 samples\n  val: 2 samples"), out);
    assert(/^auxiliary VV +-19\.\d+ +-/m.test(out), out);
    assert(out.endsWith(`no findings\nsheet: ${sheet}`), out);
    const { width, height } = decodePng(await Deno.readFile(sheet));
    assertEquals([width, height], [3 * 16 + 2 * 4, 3 * 16 + 2 * 4]);
    const again = await emrdm(...call, "--sheet", sheet);
    assertEquals(
      [again.code, again.out],
      [4, ""],
      "nothing is read for a sheet that is in the way",
    );
    assertEquals((await emrdm(...call, "--sheet", sheet, "--overwrite")).code, 0);
  }));

Deno.test("data check ends with code 1 and names every defect, as text and as JSON", () =>
  inFolder(async (root) => {
    await makeSen12MsCr(root);
    const [cut, nan] = ["s2", "s1"].map((kind) => sen12Path(root, kind, ["ROIs1158_spring", 1], 9));
    await Deno.truncate(cut!, 900);
    const raster = noiseRaster("nan", S1);
    raster.data[3] = NaN;
    await write(nan!, raster);
    const call = ["data", "check", "--type", "sen12MsCr", "--root", root];
    const { code, out, err } = await emrdm(...call);
    assertEquals([code, err], [1, "data check: 2 findings"]);
    assert(out.includes(`truncated, 1: it is truncated\n  Cannot read raster ${cut}: `), out);
    assert(out.includes(`nan, 1: it has values that are not numbers\n  ${nan}: `), out);

    const json = await emrdm(...call, "--json");
    assertEquals(json.code, 1);
    const [report, sum] = json.out.split("\n").map((line) => JSON.parse(line));
    assertEquals(report.findings.map(({ kind, path }: Record<string, string>) => [kind, path]), [
      ["truncated", cut],
      ["nan", nan],
    ]);
    assertEquals([report.files, report.ranges.length], [18, 28]);
    assertEquals(sum, { datasets: 1, findings: 2 });
    // The other splits are sound.
    assertEquals((await emrdm(...call, "--split", "test")).code, 0);
  }));

Deno.test("data check counts what leaks by the published rule", () =>
  inFolder(async (root) => {
    await makeSen12MsCr(root);
    const call = ["data", "check", "--type", "sen12MsCr", "--root", root];
    const { code, out } = await emrdm(...call, "--splits", "published");
    assertEquals(code, 0);
    assert(out.includes("train: 4 samples"), out);
    assert(out.includes("note: published splits leak: 6 of 10 test regions are in train"), out);
  }));

/** An experiment over a folder and made-up clouds; the model's tiles have 8 pixels. */
async function writeExperiment(folder: string): Promise<string> {
  const shipped = new URL("../../experiments/own_folder.json", import.meta.url).pathname;
  const path = `${folder}/experiment.json`;
  const bands = ["B04", "B08"].map((name) => ({ name, unit: "DN" }));
  const experiment = {
    extends: shipped,
    model: { bands, tileSize: 8, length: 2 },
    data: {
      train: { type: "synthetic", root: `${folder}/places`, size: 4 },
      validation: { type: "folder", root: `${folder}/folder` },
      test: { type: "folder", root: `${folder}/folder` },
    },
  };
  await Deno.writeTextFile(path, JSON.stringify(experiment));
  return path;
}

Deno.test("data check takes the datasets of an experiment, and writes a sheet for each", () =>
  inFolder(async (folder) => {
    await makePlaces(`${folder}/places`);
    await makeFolder(`${folder}/folder`);
    const path = await writeExperiment(folder);
    const call = ["data", "check", path, "--sheet", `${folder}/sheet.png`, "--rows", "2"];
    const { code, out, err } = await emrdm(...call);
    assertEquals([code, err], [0, ""]);
    assert(out.includes(`synthetic ${folder}/places: 4 files read`), out);
    assert(out.includes(`folder ${folder}/folder: 12 files read`), out);
    // Two frames and the clear image in tiles of 8; two frames, clear image and SAR of 16.
    for (const [name, width, height] of [["train", 32, 20], ["validation", 76, 36]] as const) {
      const picture = decodePng(await Deno.readFile(`${folder}/sheet-${name}.png`));
      assertEquals([name, picture.width, picture.height], [name, width, height]);
    }
    await Deno.remove(`${folder}/places/here/20180307/B08.tif`);
    const failed = await emrdm("data", "check", path);
    assertEquals([failed.code, failed.err], [1, "data check: 1 finding"]);
    assert(failed.out.includes("here/20180307/B08.tif"), failed.out);
  }));

Deno.test("flags of a dataset become the values that its checks take", () => {
  const values = {
    root: "2018",
    places: "pisa, paris",
    cover: "0.1,0.5",
    size: "7",
    opaqueCloud: "[1, 2]",
    mix: undefined,
  };
  assertEquals(flaggedDataset("synthetic", values, builtins), {
    type: "synthetic",
    root: "2018",
    places: ["pisa", "paris"],
    size: 7,
    cover: [0.1, 0.5],
    opaqueCloud: [1, 2],
  });
  const sar = flaggedDataset("folder", { root: "x", sar: "false" }, builtins);
  assertEquals(sar, { type: "folder", root: "x", sar: false });
  assertEquals(optionValue("3", undefined), 3);
});

Deno.test("data check reports usage errors and unreadable files", async () => {
  const code = async (...args: string[]) => (await emrdm("data", ...args)).code;
  assertEquals(await code(), 2);
  assertEquals(await code("check"), 2);
  assertEquals(await code("test", "x.json"), 2);
  assertEquals(await code("check", "x.json", "--type", "folder"), 2);
  assertEquals(await code("check", "--type", "sen3", "--root", "x"), 2);
  assertEquals(await code("check", "--type", "folder", "--root", "/no/such/folder"), 3);
  const says = async (message: string, ...args: string[]) => {
    const { code, err } = await emrdm("data", "check", ...args);
    assertEquals([code, err.includes(message)], [2, true], err);
  };
  const folder = ["--type", "folder", "--root", "x"];
  await says("--nir-root: is not a known option", ...folder, "--nir-root", "x");
  await says('--sar: must be true or false, got "maybe"', ...folder, "--sar", "maybe");
  await says("--reference: must be an integer ≥ 0, got 0.5", ...folder, "--reference", "0.5");
  await says('--type: "sen3" is not a known dataset', "--type", "sen3", "--root", "x");
  await says(
    "an experiment names its datasets: leave out x.json or --root",
    "x.json",
    "--root",
    "y",
  );
});

Deno.test({
  name: "data check finds nothing wrong with the real files",
  ignore: !RUN_SLOW || !hasReal,
  fn: async () => {
    const sen12 = ["--type", "sen12MsCr", "--root", `${REAL}sen12mscr`];
    const oscd = ["--type", "synthetic", "--root", `${REAL}oscd`, "--places", "pisa"];
    for (const flags of [sen12, oscd]) {
      const { code, out, err } = await emrdm("data", "check", ...flags);
      assertEquals([code, err], [0, ""], out);
    }
  },
});
