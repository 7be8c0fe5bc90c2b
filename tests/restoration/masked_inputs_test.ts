/** Missing pixels that no nodata value marks: restored as those that one marks. */

import { assertEquals, assertRejects } from "@std/assert";
import { InputError, type Raster } from "../../core/mod.ts";
import { joinRows, readRaster, writeCog } from "../../rasters/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { restoreScene, restoreSeries } from "../../restoration/mod.ts";
import { missingOf, missingValues } from "../../restoration/missing_values.ts";
import { DATES } from "./broken_inputs.ts";
import { BANDS, inFolder, tinyModel } from "./tiny.ts";

await useEngine("cpu");

const model = tinyModel();
const [FIRST, SECOND] = DATES as readonly [Raster, Raster];
const { width, height } = FIRST;
/** 0 in an edge and a hole. */
const VALID = Uint8Array.from(
  { length: width * height },
  (_, i) => i % width < 5 || (i % width === 9 && i < 4 * width) ? 0 : 1,
);

/** The second date with a value in its missing pixels, without nodata. */
function filledWith(value: number): Raster {
  const { nodata: _nodata, ...raster } = SECOND;
  const data = raster.data.map((stored, i) =>
    VALID[Math.floor(i / BANDS.length)] === 0 ? value : stored
  );
  return { ...raster, data };
}

/** A mask that GDAL takes for one. */
function maskOf(data: Uint8Array): Raster {
  const tags = { "INTERNAL_MASK_FLAGS_1": "2" };
  return { width, height, bands: ["1"], dtype: "uint8", data, tags };
}

async function restored(reference: Raster, mask?: Uint8Array): Promise<Raster> {
  let found: Raster | undefined;
  await inFolder(async (folder) => {
    const paths = [`${folder}/s_2018-01-07.tif`, `${folder}/s_2018-02-07.tif`] as const;
    await writeCog(paths[0], FIRST);
    await writeCog(paths[1], reference);
    if (mask !== undefined) {
      const data = mask.map((valid) => 255 * valid);
      await writeCog(`${paths[1]}.msk`, maskOf(data));
    }
    const output = `${folder}/clear.tif`;
    await restoreScene(model, {
      inputs: paths.map((path) => ({ path })),
      reference: "2018-02-07",
      write: { output },
    });
    found = await readRaster(output);
  });
  return found!;
}

Deno.test("restoreScene() leaves out what a mask marks as missing, whatever is stored there", async () => {
  const expected = await restored(filledWith(0));
  const found = await restored(filledWith(4000), VALID);
  assertEquals(found.valid, VALID);
  assertEquals([found.data, found.nodata], [expected.data, expected.nodata]);
});

Deno.test("restoreSeries() leaves out the invalid pixels of rasters in memory", async () => {
  const restore = (raster: Raster) => restoreSeries(model, [FIRST, raster], { reference: 1 });
  const expected = await restore(filledWith(0));
  const found = await restore({ ...filledWith(4000), valid: VALID });
  assertEquals(found.data, expected.data);
});

Deno.test("missingOf() and missingValues() know masked pixels", () => {
  const dB = [{ name: "VV", unit: "dB" }];
  assertEquals(missingOf({ dtype: "int16", masked: true }, dB), [0]);
  assertEquals(missingOf({ dtype: "int16", nodata: -99, masked: true }, dB), [-99]);
  assertEquals(missingOf({ dtype: "float32", masked: true }, dB), [NaN]);
  const raster: Raster = {
    ...{ width: 2, height: 1, bands: ["1", "2"], dtype: "uint8" as const },
    data: new Uint8Array([1, 2, 3, 4]),
  };
  assertEquals(
    missingValues({ ...raster, valid: new Uint8Array([1, 0]) }),
    new Uint8Array([0, 0, 1, 1]),
  );
});

Deno.test("joinRows() refuses a mask, which the scene would lack", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await writeCog(path, filledWith(4000));
    const data = VALID.map((valid) => 255 * valid);
    await writeCog(`${path}.msk`, maskOf(data));
    await assertRejects(
      () => joinRows([path], `${folder}/whole.tif`),
      InputError,
      "must hold a nodata value, got a mask or an alpha band",
    );
  }));
