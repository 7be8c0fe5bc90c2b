import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readRaster, writeCog } from "../../rasters/mod.ts";
import { cloudyDates } from "../restoration/tiny.ts";
import { emrdm, inFolder } from "./run.ts";

/** Three dates in a folder. */
async function season(folder: string): Promise<readonly string[]> {
  const dates = cloudyDates({ width: 40, height: 36 }, 3);
  const paths = dates.map((_, l) => `${folder}/s_2020-0${l + 1}-01.tif`);
  for (const [l, raster] of dates.entries()) {
    await writeCog(paths[l]!, { ...raster, transform: [600000, 10, 0, 5000000, 0, -10] });
  }
  return paths;
}

Deno.test("composite writes the image with its rasters, and restore --model none the same", () =>
  inFolder(async (folder) => {
    const paths = await season(folder);
    const call = [...paths, "--reference", "2020-02-01", "--keep-clear", "--dilate", "2"];
    const more = ["--feather", "1", "--json"];
    const [a, b] = [`${folder}/a.tif`, `${folder}/b.tif`];
    const one = await emrdm("composite", ...call, ...more, "--out", a);
    assertEquals(one.code, 0, one.err);
    const two = await emrdm(
      ...["restore", ...call, ...more, "--model", "none", "--mean", "composite", "--out", b],
    );
    assertEquals(two.code, 0, two.err);
    for (const kind of ["", ".provenance", ".support", ".days", ".uncertainty"]) {
      assertEquals(
        await Deno.readFile(a.replace(".tif", `${kind}.tif`)),
        await Deno.readFile(b.replace(".tif", `${kind}.tif`)),
        kind,
      );
    }
    const { images: [image], method } = JSON.parse(one.out);
    assertEquals([method, image.reference], ["composite", 1]);
    assertEquals(image.tags.EMRDM_MASK, "detector dilate 2 feather 1");
    const [composed, origins, observed] = await Promise.all(
      [a, `${folder}/a.provenance.tif`, paths[1]!].map((path) => readRaster(path)),
    );
    let kept = 0;
    for (const [i, origin] of origins!.data.entries()) {
      if (origin !== 1) continue;
      kept++;
      assertEquals(
        composed!.data.subarray(i * 4, i * 4 + 4),
        observed!.data.subarray(i * 4, i * 4 + 4),
      );
    }
    assert(kept > 0 && kept < 40 * 36, `${kept}`);
    assertEquals(image.report.pixels.observed, kept);
  }));

Deno.test("composite --reference all and --from --to say what they made of which dates", () =>
  inFolder(async (folder) => {
    const paths = await season(folder);
    const all = await emrdm(
      ...["composite", ...paths, "--reference", "all", "--out", `${folder}/clear_{date}.tif`],
      ...["--method", "linear"],
    );
    assertEquals(all.code, 0, all.err);
    for (const month of ["01", "02", "03"]) {
      assertStringIncludes(all.out, `${folder}/clear_2020-${month}-01.tif: `);
    }
    assertStringIncludes(all.out, "3 images in");
    const period = await emrdm(
      ...["composite", ...paths, "--from", "2020-02-01", "--out", `${folder}/late.tif`],
    );
    assertEquals(period.code, 0, period.err);
    assertStringIncludes(
      period.out,
      `${folder}/late.tif: geomedian of the period 2020-02-01/2020-03-01 from 2 dates`,
    );
  }));

Deno.test("composite and restore --model none refuse calls that contradict themselves", () =>
  inFolder(async (folder) => {
    const paths = await season(folder);
    const out = ["--out", `${folder}/a.tif`];
    const calls: readonly (readonly [readonly string[], number, string])[] = [
      [["composite", ...paths], 2, "--out, the GeoTIFF to write, is required"],
      [["composite", ...out], 2, "expected at least one date"],
      [["composite", ...paths, ...out, "--from", "may"], 2, "--from must be a day"],
      [
        ["composite", ...paths, ...out, "--reference", "all"],
        2,
        "must have {date} or {name} in it",
      ],
      [["restore", ...paths, ...out, "--mean", "composite"], 2, "requires --model none"],
      [
        ["restore", ...paths, ...out, "--model", "none", "--steps", "4"],
        2,
        "--steps is for models; leave it out with --model none",
      ],
      [
        ["composite", ...paths, ...out, "--mask", "x.tif", "--mask", "y.tif"],
        3,
        "there must be one mask for each of 3 inputs, in their order, got 2",
      ],
    ];
    for (const [call, code, says] of calls) {
      const outcome = await emrdm(...call);
      assertStringIncludes(outcome.err, says);
      assertEquals(outcome.code, code, outcome.err);
    }
  }));
