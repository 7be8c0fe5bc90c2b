/** Cubes out: what xarray and GDAL read of them, and how a call goes on after an interruption. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError, OutputError } from "../../core/mod.ts";
import { readRaster, writeCog } from "../../rasters/mod.ts";
import { compositeScene, writeCube } from "../../restoration/mod.ts";
import { emrdm } from "../cli/run.ts";
import {
  crsOf,
  DAYS,
  searchResult,
  writeArchive,
  writeDocument,
} from "../products/stac/archive.ts";
import { inFolder } from "../restoration/tiny.ts";
import { HAS_ZARR, python } from "./python.ts";

/** Sum of a band. */
async function sumOf(path: string, band: string): Promise<number> {
  const { data, bands } = await readRaster(path);
  const at = bands.indexOf(band);
  let sum = 0;
  for (let i = at; i < data.length; i += bands.length) sum += data[i]!;
  return sum;
}

Deno.test({
  name: "composite --reference all --out cube.zarr: xarray and GDAL read every date and band",
  ignore: !HAS_ZARR,
  fn: async () => {
    await inFolder(async (folder) => {
      const items = await writeArchive(folder, "earthSearch", { dates: 3 });
      const path = await writeDocument(`${folder}/search.json`, searchResult(items));
      const out = `${folder}/cube.zarr`;
      const call = ["composite", path, "--reference", "all", "--out", out] as const;
      const { code, out: printed, err } = await emrdm(...call);
      assertEquals(code, 0, err);
      assertStringIncludes(printed, `${out}: cube of 3 dates`);
      const plain = `${folder}/plain/{date}.tif`;
      await compositeScene({ inputs: [{ path }], reference: "all", write: { output: plain } });
      const files = DAYS.slice(0, 3).map((day) => plain.replace("{date}", day));
      const seen = JSON.parse(
        await python([new URL("cube.py", import.meta.url).pathname, out]),
      );
      const { gdal, sums, raw, scaled, variables, ...rest } = seen;
      assertEquals(rest, {
        dimensions: ["time", "y", "x"],
        chunks: [1, 512, 512],
        dtype: "uint16",
        times: DAYS.slice(0, 3).map((day) => `${day}T10:08:41`),
        x: [600005, 600015],
        y: [5300035, 5300025],
        crs: "EPSG:32633",
      });
      for (const name of ["B02", "B11", "provenance", "support", "days", "B02_uncertainty"]) {
        assertEquals(variables.includes(name), true, name);
      }
      assertEquals(gdal, { epsg: "32633", same: true });
      assertEquals(sums, await Promise.all(files.map((file) => sumOf(file, "B04"))));
      assertEquals(scaled, Number((raw * 0.0001 - 0.1).toFixed(4)));
      // Nothing is left but the cube, which is not replaced unasked.
      const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
      assertEquals(names.filter((name) => name.startsWith("cube")), ["cube.zarr"]);
      const again = await emrdm(...call);
      assertEquals(again.code, 4);
      assertStringIncludes(again.err, "exists");
    });
  },
});

Deno.test("writeCube() refuses dates on several grids, a store that exists, and foreign folders", async () => {
  await inFolder(async (folder) => {
    const pixels = { width: 3, height: 2, bands: ["B02"], dtype: "uint16" } as const;
    const place = { transform: [0, 10, 0, 100, 0, -10], crs: crsOf(32633) } as const;
    const data = Uint16Array.of(1, 2, 3, 4, 5, 6);
    const [a, b] = [`${folder}/a.tif`, `${folder}/b.tif`];
    await writeCog(a, { ...pixels, ...place, data });
    await writeCog(b, { ...pixels, ...place, transform: [10, 10, 0, 100, 0, -10], data });
    const out = `${folder}/cube.zarr`;
    const images = [{ output: a, time: "2018-05-07" }, { output: b, time: "2018-05-12" }];
    await assertRejects(() => writeCube(images, out), InputError, "all dates must have one grid");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["a.tif", "b.tif"]);
    await writeCube(images.slice(0, 1), out);
    await assertRejects(() => writeCube(images.slice(0, 1), out), OutputError, "exists");
    await writeCube(images.slice(0, 1), out, { overwrite: true });
    const own = `${folder}/own.zarr`;
    await Deno.mkdir(own);
    await Deno.writeTextFile(`${own}/notes.txt`, "mine");
    await assertRejects(
      () => writeCube(images.slice(0, 1), own, { overwrite: true }),
      OutputError,
      "exists",
    );
    assertEquals(await Deno.readTextFile(`${own}/notes.txt`), "mine");
  });
});

Deno.test("a cube is no output of a manifest, nor of a shard", async () => {
  await inFolder(async (folder) => {
    const [item] = await writeArchive(folder, "earthSearch");
    const path = await writeDocument(`${folder}/S2A.json`, item!);
    const write = { output: `${folder}/cube.zarr` };
    await assertRejects(
      () => compositeScene({ inputs: [{ path }], write }),
      OutputError,
      "GeoTIFF",
    );
    const { code, err } = await emrdm(
      ...["composite", path, "--shard", "1/2", "--out", `${folder}/cube.zarr`],
    );
    assertEquals(code, 2);
    assertStringIncludes(err, "--shard");
  });
});
