/** A real cloudy series in, a restored GeoTIFF out, with the model that ships. */

import { assert, assertEquals } from "@std/assert";
import { loadModel } from "../../checkpoints/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import { evaluateCase } from "../../evaluation/mod.ts";
import { restoreScene } from "../../restoration/mod.ts";
import { switchEngine } from "../engines.ts";
import { RUN_SLOW } from "../slow.ts";

const folder = new URL("../../../shared/data/sen12mscr_ts/", import.meta.url);
const image = (n: number, date: string) =>
  new URL(`s2_ROIs2017_146_ImgNo_${n}_${date}_patch_0.tif`, folder).pathname;
const DATES = [image(5, "2018-03-07"), image(15, "2018-07-05"), image(21, "2018-09-18")];
const CLEAR = image(16, "2018-07-20");
const REFERENCE = 1;

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** What GDAL reads of a file; undefined where it is not installed. */
async function gdalinfo(path: string) {
  try {
    const { stdout, success } = await new Deno.Command("gdalinfo", { args: ["-json", path] })
      .output();
    return success ? JSON.parse(new TextDecoder().decode(stdout)) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

Deno.test({
  name: "the shipped model restores a real Sentinel-2 series",
  ignore: !RUN_SLOW || !await exists(CLEAR),
  fn: async () => {
    await switchEngine("native");
    const out = await Deno.makeTempDir();
    const output = `${out}/restored.tif`;
    const model = await loadModel(
      new URL("../../weights/s2-temporal.safetensors", import.meta.url),
    );
    const inputs = DATES.map((path) => ({ path }));
    await restoreScene(model, { inputs, write: { output }, reference: REFERENCE });

    const [ours, theirs] = [await gdalinfo(output), await gdalinfo(DATES[REFERENCE]!)];
    if (ours !== undefined) {
      assertEquals(ours.size, theirs.size);
      assertEquals(ours.geoTransform, theirs.geoTransform);
      assertEquals(ours.coordinateSystem.wkt, theirs.coordinateSystem.wkt);
      assertEquals(ours.bands.length, 13);
      for (const band of ours.bands) assertEquals([band.type, band.noDataValue], ["UInt16", 0]);
      assertEquals(ours.bands[1].description, "B02");
    }
    const { scores } = await evaluateCase({
      name: "series",
      target: await readRaster(CLEAR),
      cloudy: await Promise.all(DATES.map((path) => readRaster(path))),
      reference: REFERENCE,
      restored: { restored: await readRaster(output) },
    });
    await Deno.remove(out, { recursive: true });
    const psnrOf = (method: string) => scores[method]!.psnr;
    for (const baseline of ["copy the input", "least cloudy", "mean", "median"]) {
      assert(psnrOf("restored") > psnrOf(baseline), `${baseline}: ${psnrOf(baseline)} dB`);
    }
  },
});
